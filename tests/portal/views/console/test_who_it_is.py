"""Who is on the other side of a contact, after a slip; and what is searched for in their words."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from portal import history
from portal.cases.opening import open_case
from portal.citizens.models import Citizen
from portal.contacts.models import Contact, Message
from portal.database import db
from portal.referrals.deciding.distress import distress
from portal.views.console.contact import answers
from portal.views.console.people.briefing import last_words
from tests import make
from tests.at_length import said_at_length
from tests.portal.views.console.test_contact import Desk


@pytest.fixture
def desk(app: Flask, client: Any) -> Desk:
    return Desk(client)


def test_of_a_shared_number_somebody_else_is_chosen_after_a_slip(desk: Desk) -> None:
    for name in ("Paul Durand", "Jeanne Durand"):
        make.link(make.citizen(name), desk.used)
    paul, jeanne = db.session.scalars(db.select(Citizen.id).order_by(Citizen.id))
    desk.press("identity", citizen=paul)
    desk.press("identity", deny=1)
    page = desk.page
    assert f'value="{jeanne}"' in page and "sert à plusieurs personnes" in page
    desk.press("identity", citizen=jeanne)
    assert db.session.get_one(Contact, desk.contact.id).citizen_id == jeanne


def test_who_is_not_the_one_known_there_is_not_said_to_be_known_by_nobody(desk: Desk) -> None:
    make.link(make.citizen("Paul Durand"), desk.used)
    desk.press("identity", deny=1)
    assert "Ce n’est pas la personne connue à ce numéro" in desk.page


def test_a_number_to_call_back_finds_no_article(desk: Desk) -> None:
    said = "My bin was not collected. Call me on 06 39 98 00 55, or +33 6 39 98 00 56, anne@exemple.fr"
    desk.contact.subject = ""
    desk.contact.messages.append(Message(direction="in", channel="text", body=said, state="received"))
    db.session.commit()
    assert answers.question_of(desk.contact) == "My bin was not collected. Call me on , or ,"
    assert "98" not in answers.said_by(desk.contact, "") and "19h30" in answers.said_by(desk.contact, "19h30")


def test_the_latest_words_are_listened_to_however_much_was_said_before(desk: Desk) -> None:
    said_at_length(desk.contact.id)
    said = {"contact_id": desk.contact.id, "direction": "in", "channel": "text", "state": "received"}
    db.session.add(Message(body="Je veux mourir", **said))
    db.session.flush()
    assert distress(answers.said_by(desk.contact, "Cantine")) != ()


def test_a_receipt_is_not_told_as_our_answer(desk: Desk) -> None:
    person = make.citizen("Paul Durand")
    before = make.contact(citizen_id=person.id, certainty="confirmed", state="wrapped_up")
    said = {"channel": "text", "state": "sent", "contact_id": before.id}
    db.session.add(Message(direction="in", body="Quand passez-vous ?", **said))
    db.session.add(Message(direction="out", body="Bien reçu, réf. 123", automatic=True, **said))
    db.session.commit()
    assert [one.body for one in last_words([before.id])[before.id]] == ["Quand passez-vous ?"]


def guess(desk: Desk, client: Any) -> str:
    """Somebody left this number with a form that nobody has confirmed: their matter, and who waits."""
    jeanne = make.citizen("Jeanne Durand")
    make.link(jeanne, desk.used, "probable")
    desk.contact.citizen_id, desk.contact.certainty = jeanne.id, "probable"
    opened = open_case(desk.contact, by=history.CITIZEN)
    db.session.commit()
    return f"/console/cases/{opened.id}"


def test_who_is_only_probable_is_named_nowhere_without_saying_so(desk: Desk, client: Any) -> None:
    matter = guess(desk, client)
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", desk.page, re.DOTALL)
    assert heading and "peut-être Jeanne Durand, à vérifier" in heading[1]
    desk.press("give-back")
    for page in ("/console/", "/console/cases?view=all", matter):
        named = client.get(page).text.replace("<bdi>", "")
        assert "Jeanne Durand" in named, page
        assert len(re.findall("[Pp]eut-être Jeanne Durand", named)) == named.count("Jeanne Durand"), page


def test_who_is_confirmed_is_named(desk: Desk, client: Any) -> None:
    matter = guess(desk, client)
    desk.press("identity", citizen=desk.contact.citizen_id)
    for page in ("/console/cases?view=all", matter):
        assert "eut-être Jeanne Durand" not in client.get(page).text.replace("<bdi>", "")
