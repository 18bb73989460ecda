"""An answer is sure only when it may be sent unread."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base.search import Searcher

TEXTS = (Path(__file__).parent / "unanswerable.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    "question", ["renouveler ma carte d'identité", "demander un passeport", "payer ses impôts"]
)
def test_a_question_that_a_title_answers_is_sure(searcher: Searcher, question: str) -> None:
    assert searcher.find(question).sure


@pytest.mark.parametrize("text", ["identité du voleur inconnu", "mairie", "carte", "Monsieur Passeportier"])
def test_a_part_of_an_answer_is_not_sure(searcher: Searcher, text: str) -> None:
    assert not searcher.find(text).sure


@pytest.mark.parametrize("text", TEXTS)
def test_thanks_names_insults_and_distress_have_no_sure_answer(searcher: Searcher, text: str) -> None:
    assert not searcher.find(text).sure


def test_there_are_enough_of_them() -> None:
    assert len(TEXTS) >= 50
