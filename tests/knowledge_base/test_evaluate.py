"""Figures are what they say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from knowledge_base.evaluate import evaluate, ndcg, read_questions, without_titles
from tests.knowledge_base.conftest import entry


def write(path: Path, *lines: object) -> Path:
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_each_format_is_told_by_its_keys(tmp_path: Path) -> None:
    path = write(
        tmp_path / "q.jsonl",
        {"question": "a", "relevant": {"F1": 1.0, "F2": 0.5}},
        {"id": "x", "question": "b", "fiche": "F3"},
        {"id": "y", "question": "c", "document": "61"},
        {"id": "z", "question": "d", "attendus": [{"fichier": "a.pdf", "pages": [1]}, {"fichier": "b.pdf"}]},
        {"sujet": "s", "requetes": [str(n) for n in range(12)], "fiches": [{"fiche": "F4", "rang": 3}]},
    )
    questions = read_questions(path)
    assert [asked.question for asked in questions] == ["a", "b", "c", "d", *"01234567"]
    assert [dict(asked.relevant) for asked in questions[:5]] == [
        {"F1": 1.0, "F2": 0.5},
        {"F3": 1.0},
        {"61": 1.0},
        {"a.pdf": 1.0, "b.pdf": 1.0},
        {"F4": 1.0},
    ]
    assert len(read_questions(path, phrasings=None)) == 16


def test_figures_of_known_answers(tmp_path: Path) -> None:
    lines = [{"question": name, "relevant": {"F1": 1.0}} for name in ("first", "third", "absent", "nothing")]
    answers = {"first": ["F1"], "third": ["F2", "F3", "F1"], "absent": ["F2"], "nothing": []}
    figures = evaluate(read_questions(write(tmp_path / "q.jsonl", *lines)), answers.__getitem__)
    assert list(figures.lines())[:4] == ["success@1 0.250", "success@5 0.500", "mrr 0.333", "ndcg@10 0.375"]
    assert list(figures.lines())[-1] == "questions 4"
    assert figures.empty == 0.25


def test_gains_count_in_the_order_of_answers() -> None:
    assert ndcg(["F1", "F2"], {"F1": 1.0, "F2": 0.5}) == 1.0
    assert ndcg(["F2", "F1"], {"F1": 1.0, "F2": 0.5}) == pytest.approx(0.86, abs=0.01)


def test_without_titles_nothing_is_left_of_the_question() -> None:
    question = entry(
        "F1", "Comment ?", "# Comment ?\nAinsi.", kind="question", summary="Comment", questions=("Où ?",)
    )
    guide = entry("F2", "Guide", "Texte.", questions=("Comment ?",))
    bare, kept = without_titles([question, guide])
    assert (bare.title, bare.summary, bare.questions, bare.body) == ("", "", (), "Ainsi.")
    assert (kept.title, kept.questions, kept.body) == ("Guide", (), "Texte.")
