"""A topic is given only where what was found leaves no doubt of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base import index
from knowledge_base.search import Searcher
from tests.knowledge_base.asking import LETTERS, read_requests, town_entries
from tests.knowledge_base.conftest import entry

REQUESTS = read_requests()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """The articles of the demo town, in their three languages."""
    folder = tmp_path_factory.mktemp("town")
    index.build(folder, town_entries())
    return Searcher(folder)


def topic(searcher: Searcher, text: str, language: str = "fr") -> str:
    return searcher.find(text, language=language, languages=(language, "fr")).topic


@pytest.mark.parametrize(("language", "right"), [("fr", 30), ("en", 15), ("ar", 11)])
def test_a_topic_that_is_given_is_right(town: Searcher, language: str, right: int) -> None:
    """A little under the figures of bench/README.md."""
    asked = [one for one in REQUESTS if one.language == language]
    given = [(told, one) for one in asked if (told := topic(town, one.text, language))]
    wrong = [one.text for told, one in given if told not in one.right]
    assert len(wrong) <= 2, wrong
    assert len(given) - len(wrong) >= right


@pytest.mark.parametrize(("language", "right"), [("fr", 14), ("en", 11), ("ar", 9)])
def test_courtesies_around_a_request_hide_it_but_never_mislead(
    town: Searcher, language: str, right: int
) -> None:
    asked = [one for one in REQUESTS if one.language == language]
    told = [(topic(town, LETTERS[language].format(one.text), language), one) for one in asked]
    assert [one.text for given, one in told if given and given not in one.right] == []
    assert sum(bool(given) for given, _ in told) >= right


def test_a_weak_finding_has_no_topic(town: Searcher) -> None:
    found = town.find("فقدت عملي وأبحث عن محام", language="ar", languages=("ar", "fr"))
    assert found.hits and not found.topic


def test_several_first_answers_of_one_topic_are_as_good_as_one_far_ahead(tmp_path: Path) -> None:
    entries = [
        entry("summer", "Poubelle jaune : le ramassage en été", topic="Déchets"),
        entry("winter", "Poubelle jaune : le ramassage en hiver", topic="Déchets"),
        entry("paint", "Choisir une peinture jaune", topic="Loisirs"),
    ]
    index.build(tmp_path, entries)
    assert topic(Searcher(tmp_path), "ramassage de la poubelle jaune") == "Déchets"


def test_answers_of_two_topics_that_are_as_near_give_none(tmp_path: Path) -> None:
    entries = [
        entry("sort", "Poubelle jaune : les jours de ramassage", topic="Déchets"),
        entry("buy", "Poubelle jaune : les jours de remise", topic="Commerce"),
        entry("hall", "La mairie", topic="Vie locale"),
    ]
    index.build(tmp_path, entries)
    searcher = Searcher(tmp_path)
    assert topic(searcher, "poubelle jaune") == ""
    assert topic(searcher, "ramassage de la poubelle jaune") == "Déchets"


def test_what_has_no_topic_speaks_for_none_and_against_none(tmp_path: Path) -> None:
    entries = [
        entry("page", "Règlement des poubelles jaunes", "Les poubelles jaunes."),
        entry("sort", "Sortir les poubelles jaunes", "Les poubelles jaunes.", topic="Déchets"),
    ]
    index.build(tmp_path, entries)
    searcher = Searcher(tmp_path)
    assert topic(searcher, "sortir les poubelles jaunes") == "Déchets"
    assert topic(searcher, "règlement des poubelles jaunes") == ""
