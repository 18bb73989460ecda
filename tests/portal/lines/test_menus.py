"""A menu is checked, published, rolled back; versions never write over one another."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal import history
from portal.database import db
from portal.errors import Missing, Refused, Stale
from portal.history import SYSTEM
from portal.lines import menus
from portal.lines.models import Line, MenuTrial
from tests import make

PERSON = {"do": "queue", "queue": "accueil", "topic": "", "says": {}}
ZERO = {
    "key": "0",
    "label": {"fr": "Parler à quelqu’un", "en": "Speak to someone", "ar": "موظف"},
    "then": PERSON,
}


@pytest.fixture
def line(app: Flask) -> Line:
    make.queue("accueil")
    return make.line()


def menu(*choices: dict[str, Any]) -> dict[str, Any]:
    return {"do": "choose", "says": {}, "choices": [*choices, ZERO]}


def choice(key: str, then: Any, label: str = "Choix") -> dict[str, Any]:
    return {"key": key, "label": {"fr": label, "en": label, "ar": label}, "then": then}


def sentences(tree: Any, line: Line | None = None, level: str = "error") -> list[str]:
    return [finding.sentence for finding in menus.check(tree, line) if finding.level == level]


def test_a_plain_menu_has_nothing_wrong(line: Line) -> None:
    assert menus.check(menu(), line) == []


@pytest.mark.parametrize(
    ("step", "word"),
    [
        ({"do": "queue", "queue": "nulle-part"}, "file"),
        ({"do": "queue", "queue": "accueil", "topic": "nul"}, "thème"),
        ({"do": "article", "article": "nulle"}, "réponse"),
        ({"do": "transfer", "service": "nul"}, "n’existe pas"),
        ({"do": "transfer", "service": "muet"}, "n’a pas de numéro"),
        ({"do": "transfer", "service": "secours"}, "numéro court"),
        ({"do": "transfer", "service": "surtaxe"}, "surtaxé"),
        ({"do": "transfer", "service": "accueil-mairie"}, "une de vos lignes"),
        ({"do": "text", "text": {"en": "Hello"}}, "SMS"),
        ({"do": "say", "says": {"en": "Hello"}}, "ne dit rien"),
        ({"do": "choose", "choices": []}, "impasse"),
        ({"do": "dance"}, "impasse"),
        (None, "nulle part"),
        ("accueil", "illisible"),
    ],
)
def test_what_cannot_be_done_is_an_error(line: Line, step: Any, word: str) -> None:
    make.service("muet", phone="")
    make.service("secours", phone="112")
    make.service("surtaxe", phone="+33890123456")
    make.service("accueil-mairie", phone=line.number)
    assert any(word in sentence for sentence in sentences(menu(choice("1", step)), line))


def test_a_queue_of_another_organization_is_unknown(line: Line) -> None:
    make.queue("ailleurs", organization_id=make.organization("departement").id)
    assert sentences(menu(choice("1", {"do": "queue", "queue": "ailleurs"})), line)


def test_a_draft_article_cannot_be_read_aloud(line: Line) -> None:
    make.article(slug="prete"), make.article(slug="brouillon", state="draft")
    assert sentences(menu(choice("1", {"do": "article", "article": "prete"})), line) == []
    assert sentences(menu(choice("1", {"do": "article", "article": "brouillon"})), line)


def test_keys_are_used_once_and_exist(line: Line) -> None:
    assert sentences(menu(choice("1", PERSON), choice("1", PERSON)), line)
    assert sentences(menu(choice("12", PERSON)), line)
    assert sentences(menu(choice("5", PERSON)), line) == ["La touche 5 choisit déjà une langue."]


def test_a_choice_needs_a_text_in_french(line: Line) -> None:
    assert sentences(menu({"key": "1", "label": {"en": "Papers"}, "then": PERSON}), line)


def test_steps_nested_without_end_are_refused_before_they_are_read(line: Line) -> None:
    step: dict[str, Any] = PERSON
    for _ in range(3000):
        step = {"do": "say", "says": {"fr": "Encore."}, "then": step}
    assert sentences(step, line) == ["Trop d’étapes les unes dans les autres."]


@pytest.mark.parametrize(
    ("tree", "word"),
    [
        (menu(*(choice(key, PERSON) for key in "12347")), "Plus de 4 choix"),
        (menu(choice("1", menu(choice("1", menu())))), "Plus de 2 niveaux"),
        ({"do": "choose", "choices": [choice("1", PERSON)]}, "0 n’est pas proposée"),
        ({"do": "choose", "choices": [choice("0", {"do": "voicemail"})]}, "0 ne mène pas"),
        ({"do": "voicemail", "says": {}}, "ne mène à personne"),
        (menu({"key": "1", "label": {"fr": "Papiers"}, "then": PERSON}), "pas traduit en arabe"),
        (menu(choice("1", PERSON, "Pour les papiers, tapez 2.")), "ne dit pas sa touche"),
    ],
)
def test_what_callers_bear_badly_is_a_warning(line: Line, tree: Any, word: str) -> None:
    assert sentences(tree, line) == []
    assert any(word in sentence for sentence in sentences(tree, line, "warning"))


def test_a_notice_without_every_emergency_number_is_a_warning(line: Line) -> None:
    line.texts["emergency_notice"] = {"fr": "En danger, appelez le 15, le 17, le 18 ou le 112."}
    assert sentences(menu(), line, "warning") == ["La phrase d’urgence, dite en premier, oublie le 114."]


def test_a_published_menu_retires_the_former_and_leaves_its_trace(line: Line) -> None:
    first = menus.draft(line, menu(), SYSTEM)
    menus.publish(first, SYSTEM)
    second = menus.draft(line, menu(choice("1", PERSON)), SYSTEM)
    assert (first.number, second.number, second.state) == (1, 2, "draft")
    assert menus.published(line) is first
    menus.publish(second, SYSTEM)
    menus.publish(second, SYSTEM)
    assert (first.state, menus.published(line)) == ("retired", second)
    assert [event.verb for event in history.of(second)] == ["menu.published", "menu.drafted"]


def test_a_former_version_is_in_force_again_at_once(line: Line) -> None:
    for tree in (menu(), menu(choice("1", PERSON))):
        menus.publish(menus.draft(line, tree, SYSTEM), SYSTEM)
    menus.roll_back(line, 1, SYSTEM)
    assert [version.state for version in menus.versions(line)] == ["retired", "published"]
    menus.draft(line, menu(choice("2", PERSON)), SYSTEM)
    with pytest.raises(Missing):
        menus.roll_back(line, 3, SYSTEM)


def test_a_menu_with_errors_is_not_published_and_says_why(line: Line) -> None:
    version = menus.draft(line, menu(choice("1", {"do": "queue", "queue": "nulle-part"})), SYSTEM)
    with pytest.raises(Refused) as refused:
        menus.publish(version, SYSTEM)
    assert "nulle-part" in refused.value.values["why"]
    assert version.state == "draft"


def test_a_draft_is_written_over_by_who_has_read_its_last_version(line: Line) -> None:
    version = menus.draft(line, menu(), SYSTEM)
    read = version.version
    again = menus.draft(line, menu(choice("1", PERSON)), SYSTEM, version=read)
    assert again is version
    with pytest.raises(Stale):
        menus.draft(line, menu(), SYSTEM, version=read)


def test_a_trial_belongs_to_one_telephone_and_the_last_one_holds(line: Line) -> None:
    version = menus.draft(line, menu(), SYSTEM)
    for _ in range(2):
        menus.begin_trial(version, "06 39 98 00 01", SYSTEM)
    trial = db.session.scalars(db.select(MenuTrial)).one()
    assert (trial.phone, trial.version_id, trial.call_ref) == ("+33639980001", version.id, None)
