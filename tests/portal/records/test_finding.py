"""Contacts, cases and citizens are found by what they say, newest first, and by nobody who may not read them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from portal import clock, history
from portal.cases import keeping, opening
from portal.cases.models import Note, Promise
from portal.cases.opening import open_case
from portal.citizens import access
from portal.citizens.models import Citizen
from portal.contacts.models import Contact, Message
from portal.database import db
from portal.records import finding, spelling
from portal.records.finding import Asked, find_cases, find_citizens, find_contacts
from tests import make
from tests.portal.records.followed import take_up


def contact(subject: str = "", days: float = 0, **values: Any) -> Contact:
    """A contact of so many days ago, as history knows it."""
    at = clock.now() - timedelta(days=days)
    row = make.contact(values.pop("channel", "phone"), subject=subject, started_at=at, **values)
    history.record("contact.begun", row, by=history.CITIZEN, citizen_id=row.citizen_id)
    return row


def said(row: Contact, body: str, direction: str = "in") -> None:
    db.session.add(
        Message(contact_id=row.id, direction=direction, channel="text", body=body, state="received")
    )
    db.session.flush()


def subjects(text: str, by: Any, **asked: Any) -> list[str]:
    return [one.subject for one in find_contacts(Asked(text, **asked), by=by).rows]


def test_words_are_found_whatever_their_accents_and_endings(app: Flask) -> None:
    agent = make.staff()
    contact("Élection des délégués à la crèche")
    contact("Œuvre d’art dans l’église")
    take_up()
    for typed in ("ELECTIONS", "délégué", "creches", "l'election", "la crèche"):
        assert subjects(typed, agent) == ["Élection des délégués à la crèche"], typed
    assert subjects("oeuvres eglise", agent) == ["Œuvre d’art dans l’église"]
    assert subjects("crèche église", agent) == []
    assert subjects("de la", agent) == [] and finding.nothing_but("de la")


def test_arabic_words_are_found_as_well(app: Flask) -> None:
    agent, row = make.staff(), contact("SMS", channel="text")
    said(row, "السلام عليكم، أريد موعدًا لتجديد بطاقة الهوية")
    take_up()
    assert subjects("بطاقه", agent) == ["SMS"] == subjects("موعدا", agent)


def test_what_is_said_noted_and_answered_is_found(app: Flask) -> None:
    agent = make.staff()
    row = contact("Objet", note="À rappeler avant lundi", answer="Écrivez au notaire")
    said(row, "Ma chaudière fume")
    said(row, "Voici un formulaire", "out")
    take_up()
    for typed in ("objet", "rappeler", "notaire", "chaudière", "formulaire"):
        assert subjects(typed, agent) == ["Objet"], typed


def test_the_newest_come_first_and_pages_follow_each_other(app: Flask) -> None:
    agent = make.staff()
    for days in (0, 1, 3, 9, 20, 40, 80, 120, 200, 300, 364):
        contact(f"Compteur {days}", days=days + 0.5)
    take_up()
    seen, place = [], None
    while True:
        page = find_contacts(Asked("compteur"), by=agent, after=place, limit=3)
        seen += [int(one.subject.split()[1]) for one in page.rows]
        place = page.next
        if place is None:
            break
        assert len(page.rows) == 3
    assert seen == [0, 1, 3, 9, 20, 40, 80, 120, 200, 300, 364]


def test_only_the_last_twelve_months_unless_asked_for_more(app: Flask) -> None:
    agent = make.staff()
    contact("Arbre récent", days=2)
    contact("Arbre ancien", days=500)
    take_up()
    assert subjects("arbre", agent) == ["Arbre récent"]
    assert subjects("arbre", agent, everything=True) == ["Arbre récent", "Arbre ancien"]
    since, until = clock.now() - timedelta(days=600), clock.now() - timedelta(days=400)
    assert subjects("arbre", agent, since=since, until=until, everything=True) == ["Arbre ancien"]


def test_lists_are_narrowed_by_channel_topic_and_to_ones_own(app: Flask) -> None:
    agent, topic = make.staff(), make.topic()
    contact("Bruit un", channel="web", topic_id=topic.id)
    contact("Bruit deux", agent_id=agent.id)
    take_up()
    assert (
        subjects("bruit", agent, channel="web") == ["Bruit un"] == subjects("bruit", agent, topic_id=topic.id)
    )
    assert subjects("bruit", agent, mine=True) == ["Bruit deux"]


def test_a_case_is_found_by_its_subject_notes_promises_and_reference(app: Flask) -> None:
    agent = make.staff()
    row = contact("Fuite d’eau")
    case = open_case(row, by=agent.actor)
    db.session.add(Note(case_id=case.id, author_id=agent.id, body="Le plombier doute"))
    values = {"case_id": case.id, "contact_id": row.id, "text": "Envoyer le barème", "due_at": clock.now()}
    db.session.add(Promise(organization_id=case.organization_id, **values))
    take_up()
    for typed in ("fuites", "plombier", "barème", case.reference.lower()):
        assert [one.id for one in find_cases(Asked(typed), by=agent).rows] == [case.id], typed


def test_a_case_is_found_by_the_words_that_its_subject_has_now(app: Flask) -> None:
    agent = make.staff()

    def found(words: str) -> list[str]:
        take_up()
        return [one.subject for one in find_cases(Asked(words), by=agent).rows]

    case = open_case(contact("Fuite d’eau"), by=agent.actor)
    keeping.edit_case(case, case.version, by=agent, subject="Inondation de la cave")
    assert found("inondations caves") == ["Inondation de la cave"] and found("fuite") == []
    opening.close_case(case, by=agent.actor)
    assert found("inondation") == ["Inondation de la cave"], "closed too"
    beside = opening.open_beside(contact("Appel"), subject="Trottoir glissant", by=agent.actor)
    assert found("trottoirs") == [beside.subject], "one of several questions of an exchange"


def test_a_person_is_found_by_the_beginnings_of_their_name_at_once_and_later(app: Flask) -> None:
    agent = make.staff()
    person = make.citizen("Éloïse Lefèvre-d’Angély", know_first="Sourde de naissance")
    history.record("citizen.added", person, by=history.SYSTEM, citizen_id=person.id)
    for _ in range(2):
        for typed in ("lefevre el", "ang", "eloise"):
            assert find_citizens(typed, by=agent) == [person], typed
        take_up()
    assert find_citizens("sourde", by=agent) == [person]


@pytest.mark.parametrize(
    ("role", "elsewhere", "finds"),
    [
        ("agent", False, True),
        ("supervisor", False, True),
        ("administrator", False, False),
        ("editor", False, False),
        ("agent", True, False),
        ("supervisor", True, False),
    ],
)
def test_each_role_finds_what_it_may_read(app: Flask, role: str, elsewhere: bool, finds: bool) -> None:
    row = contact("Cantine")
    open_case(row, by=make.staff().actor)
    make.citizen("Cantine Dupont")
    take_up()
    reader = make.staff(role, of=make.organization("departement") if elsewhere else None)
    assert bool(find_contacts(Asked("cantine"), by=reader).rows) is finds
    assert bool(find_cases(Asked("cantine"), by=reader).rows) is finds
    assert bool(find_citizens("cantine", by=reader)) is (role in access.READERS)


def test_a_protected_persons_words_are_found_by_the_named_group_alone(app: Flask) -> None:
    person = make.citizen("Aïcha Benali", protected=True, know_first="Menacée")
    other = make.citizen("Aïcha Autre", person_id=person.id)
    for whose in (person, other):
        row = contact("Déménagement", citizen_id=whose.id)
        open_case(row, by=make.staff().actor)
        history.record("citizen.edited", whose, by=history.SYSTEM, citizen_id=whose.id)
    take_up()
    colleague, named = make.staff(), make.staff(may_open_protected=True)
    assert subjects("déménagement", colleague) == []
    assert find_cases(Asked("déménagement"), by=colleague).rows == []
    assert find_citizens("menacée", by=colleague) == []
    assert find_citizens("benali", by=colleague) == [person]  # a name is found, as it always was
    assert subjects("déménagement", named) == ["Déménagement"] * 2
    assert find_citizens("menacée", by=named) == [person]
    access.give_reason(person.id, "Rappel urgent demandé", by=colleague)
    assert subjects("déménagement", colleague) == ["Déménagement"] * 2


def test_rights_hold_from_the_moment_they_change(app: Flask) -> None:
    """Nothing is taken up between: the records propose, the tables decide."""
    agent, person = make.staff(), make.citizen("Paul")
    row = contact("Piscine", citizen_id=person.id)
    take_up()
    assert subjects("piscine", agent) == ["Piscine"]
    person.protected = True
    db.session.flush()
    assert subjects("piscine", agent) == []
    row.citizen_id = make.citizen("Jean").id
    db.session.flush()
    assert subjects("piscine", agent) == ["Piscine"]
    db.session.get_one(Citizen, row.citizen_id).person_id = person.id
    db.session.flush()
    assert subjects("piscine", agent) == []
    person.protected, row.organization_id = False, make.organization("departement").id
    db.session.flush()
    assert subjects("piscine", agent) == []


def test_a_list_goes_on_past_what_the_reader_may_not_see(app: Flask) -> None:
    agent, person = make.staff(), make.citizen("Aïcha", protected=True)
    contact("Le visible", days=3, note="Vélo")
    for n in range(70):
        contact(f"Caché {n}", days=n / 100, note="Vélo", citizen_id=person.id)
    take_up()
    assert subjects("vélo", agent) == ["Le visible"]


def mended(text: str, by: Any) -> str:
    return spelling.mend(text, by.organization_id, lambda one: finding.anything(Asked(one), one, by=by))


def test_a_mistyped_word_is_mended_from_our_own_words(app: Flask) -> None:
    agent = make.staff()
    contact("Inscription à la bibliothèque")
    take_up()
    for typed in ("bibliotheqe", "biblioteque", "bibliohtèque", "bibliothéquee"):
        assert mended(typed, agent) == "bibliothèque", typed
    assert mended("inscription bibliotheqe", agent) == "inscription bibliothèque"
    assert mended("bibliothèque", agent) == "" == mended("tramway", agent)


def test_several_mistyped_words_are_mended_together(app: Flask) -> None:
    agent = make.staff()
    for subject in ("Canif rouge", "Canal", "Canal", "Drapeau rouge", "Route", "Carte de la bibliothèque"):
        contact(subject)
    take_up()
    assert mended("crate bibliotheqe", agent) == "carte bibliothèque"
    assert mended("canaf roude", agent) == "canif rouge"  # though « canal » is written more often
    assert mended("crate tramway", agent) == ""


def test_no_word_is_proposed_that_stands_only_where_one_may_not_read(app: Flask) -> None:
    person = make.citizen("Zéphyrine Quatrepas", protected=True)
    history.record("citizen.added", person, by=history.SYSTEM)
    late = make.citizen("Marie")
    contact("Mot orthodontie", citizen_id=person.id)
    contact("Mot trampoline", of=make.organization("departement"))
    contact("Mot saxophone", citizen_id=late.id)
    take_up()
    late.protected = True  # since it was taken up
    agent, named = make.staff(), make.staff(may_open_protected=True)
    for typed in ("orthodonte", "trampolin", "saxofone", "saxophonne", "quatrepa", "quatrpas"):
        assert mended(typed, agent) == "", typed
    assert mended("saxophonne", named) == "saxophone"


def test_what_is_gone_is_found_no_more(app: Flask) -> None:
    agent = make.staff()
    row = contact("Brouillon effacé")
    take_up()
    row.subject = ""
    history.record("contact.noted", row, by=agent.actor)
    take_up()
    assert subjects("brouillon", agent) == []
