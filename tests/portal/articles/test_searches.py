"""What was searched is kept without a person in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from portal import jobs
from portal.articles import index, searches
from portal.articles.models import Search
from portal.database import brief_write, db
from tests import make


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("carte d’identité", "carte d’identité"),
        ("je suis au 06 39 98 00 01 merci", "je suis au # merci"),
        ("+33639980001", "#"),
        ("06.39.98.00.01", "#"),
        ("mon numéro 1 85 05 78 006 084 36", "mon numéro #"),
        ("écrire à aicha.benali@exemple.fr svp", "écrire à # svp"),
        ("aide pour 3 enfants de 12 ans", "aide pour 3 enfants de 12 ans"),
        ("  deux   mots ", "deux mots"),
        ("x" * 300, "x" * 200),
    ],
)
def test_numbers_and_addresses_are_masked(typed: str, kept: str) -> None:
    assert searches.masked(typed) == kept


def ask(words: str, visits: int, found: int = 3, language: str = "fr") -> None:
    with brief_write() as session:
        for n in range(visits):
            searches.note_search(session, words=words, language=language, found=found, visit=f"{words}{n}")


def test_a_question_is_proposed_to_others_once_five_visits_have_asked_it(app: Flask) -> None:
    ask("passeport perdu", 5)
    ask("Madame Untel", 4)
    ask("rien du tout", 6, found=0)
    ask("appeler le 0639980001", 6)
    ask("passport", 5, language="en")
    with brief_write() as session:
        for _ in range(9):
            searches.note_search(session, words="la même visite", language="fr", found=1, visit="une")
    assert searches.frequent_queries(db.session(), "fr") == ["passeport perdu"]


def test_a_question_asked_often_completes_within_the_hour(app: Flask, work: Callable[[], int]) -> None:
    make.article("Passeport", slug="passeport")
    db.session.commit()
    index.rebuild(app.extensions["settings"].index_dir)
    ask("passeport perdu en vacances", 5)
    jobs.enqueue("tend_index", {})
    db.session.commit()
    work()
    assert "passeport perdu en vacances" in app.extensions["searcher"].complete("passeport p")


def test_searches_that_find_nothing_are_listed_most_frequent_first(app: Flask) -> None:
    ask("trottinette", 2, found=0)
    ask("Piscine", 2, found=0)
    ask("piscine", 1, found=0)
    ask("passeport", 4)
    assert [(one.words, one.times) for one in searches.fruitless()] == [("piscine", 3), ("trottinette", 2)]


def test_nothing_searched_is_nothing_kept(app: Flask) -> None:
    ask("   ", 1)
    assert db.session.scalar(db.select(db.func.count(Search.id))) == 0
