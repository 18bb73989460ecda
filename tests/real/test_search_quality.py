"""The search puts right answers first, on real questions: figures a little under those of bench/README.md."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge_base import index
from knowledge_base.entry import Entry
from knowledge_base.evaluate import ANSWERING, Asked, Figures, evaluate, read_questions, without_titles
from knowledge_base.search import Searcher
from tests.real.collections import answers, sheets
from tests.real.folder import data_folder
from tests.real.slips import slip

HELP = data_folder("faq-cnil")
ARCHIVE = data_folder("service-public-vosdroits")
PHRASINGS = data_folder("recherche-requetes-travail") / "requetes-dev.jsonl"
QUESTIONS = data_folder("recherche-questions-dila") / "questions-dev.jsonl"
TEXTS = sorted((Path(__file__).parent.parent / "knowledge_base").glob("unanswerable*.txt"))


def measured(searcher: Searcher, questions: list[Asked]) -> Figures:
    return evaluate(questions, lambda text: [hit.id for hit in searcher.find(text, kinds=ANSWERING).hits])


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return sheets(ARCHIVE)


@pytest.fixture(scope="module")
def archive(entries: list[Entry], tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    folder = tmp_path_factory.mktemp("archive")
    index.build(folder, entries)
    return Searcher(folder)


@pytest.fixture(scope="module")
def help_pages(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    folder = tmp_path_factory.mktemp("help")
    index.build(folder, answers(HELP))
    return Searcher(folder)


def test_help_pages_answer_citizens_in_their_own_words(help_pages: Searcher) -> None:
    figures = measured(help_pages, read_questions(HELP / "questions-dev.jsonl"))
    assert figures.success_at_1 >= 0.49
    assert figures.success_at_5 >= 0.75
    assert figures.mrr >= 0.60


def test_help_pages_are_found_in_spite_of_slips(help_pages: Searcher) -> None:
    questions = read_questions(HELP / "questions-dev.jsonl")
    slips = [
        replace(asked, question=slip(asked.question, random.Random(n))) for n, asked in enumerate(questions)
    ]
    lost = measured(help_pages, questions).success_at_5 - measured(help_pages, slips).success_at_5
    assert lost <= 0.05


@pytest.mark.whole
def test_sheets_answer_the_phrasings_of_employees(archive: Searcher) -> None:
    figures = measured(archive, read_questions(PHRASINGS))
    assert figures.questions == 997
    assert figures.success_at_1 >= 0.54
    assert figures.success_at_5 >= 0.80
    assert figures.ndcg_at_10 >= 0.60
    assert figures.empty < 0.01


@pytest.mark.whole
@pytest.mark.parametrize("seed", range(6))
def test_slips_cost_little(archive: Searcher, seed: int) -> None:
    questions, chance = read_questions(PHRASINGS), random.Random(seed)
    slips = [replace(asked, question=slip(asked.question, chance)) for asked in questions]
    before, after = measured(archive, questions), measured(archive, slips)
    assert before.success_at_5 - after.success_at_5 <= 0.05
    assert after.empty < 0.01


@pytest.mark.whole
def test_questions_find_the_sheet_whose_title_is_hidden(entries: list[Entry], tmp_path: Path) -> None:
    index.build(tmp_path, without_titles(entries))
    figures = measured(Searcher(tmp_path), read_questions(QUESTIONS))
    assert figures.success_at_1 >= 0.65
    assert figures.success_at_5 >= 0.88
    assert figures.mrr >= 0.75


@pytest.mark.whole
def test_sure_answers_are_right_and_not_rare(archive: Searcher) -> None:
    questions = read_questions(PHRASINGS)
    answered = [(asked, found) for asked in questions if (found := archive.find(asked.question)).sure]
    right = sum(any(hit.id in asked.relevant for hit in found.hits[:2]) for asked, found in answered)
    assert len(answered) >= 0.30 * len(questions)
    assert right >= 0.90 * len(answered)


@pytest.mark.whole
def test_no_text_that_nobody_can_answer_is_answered(archive: Searcher) -> None:
    texts = [text for path in TEXTS for text in path.read_text(encoding="utf-8").splitlines()]
    assert len(texts) > 100
    assert [text for text in texts if archive.find(text).sure] == []
