"""An answer is sure only when it may be sent unread."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base import index
from knowledge_base.reading import read_guides, sheet_to_entry
from knowledge_base.search import Searcher

HERE = Path(__file__).parent
# The second was written by somebody who had seen neither the first nor what it was used for.
TEXTS = [
    text
    for name in ("unanswerable.txt", "unanswerable_fresh.txt")
    for text in (HERE / name).read_text(encoding="utf-8").splitlines()
]
DEMO = HERE.parent.parent / "portal" / "demo" / "articles" / "fr"
HELP_IN_DISTRESS = "mal-etre"


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


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """The articles of a small town: so few that common words are rare in them."""
    folder = tmp_path_factory.mktemp("town")
    sheets = read_guides(DEMO, on_skip=print)
    assert index.build(folder, [sheet_to_entry(sheet, id=sheet.source_ref, ids={}) for sheet in sheets]) > 50
    return Searcher(folder)


def test_a_small_town_answers_none_of_them_but_distress_with_help(town: Searcher) -> None:
    sure = {text: found.hits[0].id for text in TEXTS if (found := town.find(text)).sure}
    assert set(sure.values()) <= {HELP_IN_DISTRESS}, sure


def test_a_guess_is_never_sure(searcher: Searcher) -> None:
    results = searcher.find("passzwport")
    assert results.hits[0].id == "passport"
    assert not results.sure


def test_there_are_enough_of_them() -> None:
    assert len(TEXTS) >= 50
