"""A contact entered by hand: one form, whoever it is about, and it stands in the history as any other."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal import history
from portal.citizens.models import Citizen, IdentifierLink
from portal.contacts.models import Contact
from portal.database import db
from portal.jobs import Job
from portal.referrals.models import Referral
from tests import make
from tests.signing import send

NUMBER = "+33639980001"


def enter(client: Any, **typed: Any) -> Any:
    form = {"channel": "phone", "disposition": "answered", "form_key": "h" * 20, **typed}
    return send(client, "/console/contacts/new", form)


def only_contact() -> Contact:
    return db.session.scalars(db.select(Contact)).one()


def test_a_new_person_a_number_and_what_was_said_are_one_form_sent_once(app: Flask, at_desk: Any) -> None:
    typed = {
        "who": "06 39 98 00 01",
        "person": "new",
        "new_name": "Omar Nouveau",
        "note": "Demande les horaires",
    }
    for _ in range(2):
        assert enter(at_desk, **typed, answer="Ouvert à 9 h", channel="counter").status_code == 302
    contact, person = only_contact(), db.session.scalars(db.select(Citizen)).one()
    assert (contact.channel, contact.state, contact.note) == ("counter", "wrapped_up", "Demande les horaires")
    assert (contact.citizen_id, contact.certainty) == (person.id, "confirmed")
    link = db.session.scalars(db.select(IdentifierLink)).one()
    assert (link.certainty, link.evidence, link.identifier.value) == ("confirmed", "agent", NUMBER)
    told = [event.verb for event in reversed(history.of(contact))]
    assert told == ["contact.begun", "contact.attributed", "contact.wrapped_up"]
    assert "Demande les horaires" in at_desk.get(f"/console/citizens/{person.id}").text


def test_whoever_came_to_the_counter_is_sent_elsewhere_in_the_same_form(app: Flask, at_desk: Any) -> None:
    service = make.service("caf")
    typed = {"who": "Omar Nouveau", "person": "new", "new_name": "Omar Nouveau", "disposition": "referred"}
    assert enter(at_desk, **typed).status_code == 422
    assert enter(at_desk, **typed, service=str(service.id)).status_code == 422
    assert enter(at_desk, **typed, service=str(service.id), reason="Ses allocations").status_code == 302
    referral = db.session.scalars(db.select(Referral)).one()
    assert (referral.service_id, referral.contact_id) == (service.id, only_contact().id)


@pytest.mark.parametrize(("way", "told"), [("told", []), ("email", ["write_to_receiver"])])
def test_whoever_is_sent_elsewhere_at_the_counter_is_sent_at_once(
    app: Flask, at_desk: Any, way: str, told: list[str]
) -> None:
    service = make.service("caf", email="accueil@caf.example")
    typed = {"who": NUMBER, "person": "new", "new_name": "Omar Nouveau", "channel": "counter"}
    typed |= {"disposition": "referred", "service": str(service.id), "reason": "Ses allocations"}
    assert 'name="way"' in at_desk.get("/console/contacts/new").text
    for _ in range(2):
        assert enter(at_desk, **typed, way=way).status_code == 302
    made = db.session.scalars(db.select(Referral)).one()
    assert (made.state, made.way) == ("sent", way)
    assert [
        job.kind for job in db.session.scalars(db.select(Job).filter_by(kind="write_to_receiver"))
    ] == told


def test_a_way_that_the_service_does_not_take_leaves_the_form_as_it_was(app: Flask, at_desk: Any) -> None:
    service = make.service("caf", email="")
    typed = {
        "who": NUMBER,
        "disposition": "referred",
        "service": str(service.id),
        "reason": "Ses allocations",
    }
    answer = enter(at_desk, **typed, way="email", note="Une longue note")
    assert answer.status_code == 422 and "way-error" in answer.text and "Une longue note" in answer.text
    assert db.session.scalars(db.select(Referral)).all() == []


def test_who_is_known_is_proposed_and_chosen(app: Flask, at_desk: Any) -> None:
    person = make.citizen("Aïcha Benali", phone=NUMBER)
    found = send(at_desk, "/console/contacts/new/who", {"who": NUMBER}).text
    assert "Aïcha Benali" in found and f'value="{person.id}" checked' in found and "<html" not in found
    asked = enter(at_desk, who=NUMBER, note="Une note")
    assert asked.status_code == 422 and "De qui s’agit-il" in asked.text and "Une note" in asked.text
    assert enter(at_desk, who=NUMBER, person=person.id, note="Une note").status_code == 302
    assert only_contact().citizen_id == person.id


def test_a_name_alone_makes_a_person_and_a_number_alone_makes_none(app: Flask, at_desk: Any) -> None:
    assert enter(at_desk, who="Omar Nouveau").status_code == 302
    assert db.session.scalars(db.select(Citizen.name)).all() == ["Omar Nouveau"]
    assert enter(at_desk, who="06 39 98 00 05", form_key="i" * 20).status_code == 302
    assert enter(at_desk, who="", form_key="j" * 20, channel="letter").status_code == 302
    kept = list(db.session.scalars(db.select(Contact).order_by(Contact.id)))
    assert [one.citizen_id is None for one in kept] == [False, True, True]
    assert kept[1].identifier is not None and kept[1].identifier.value == "+33639980005"
    assert len(db.session.scalars(db.select(Citizen)).all()) == 1


def test_what_is_refused_is_kept_as_typed(app: Flask, at_desk: Any) -> None:
    for wrong in ({"channel": "pigeon"}, {"disposition": ""}, {"person": "new"}, {"disposition": "referred"}):
        answer = enter(at_desk, who="06 39 98 00 01", note="Une longue note", **wrong)
        assert answer.status_code == 422 and "Une longue note" in answer.text, wrong
    assert db.session.scalars(db.select(Contact)).all() == []
    assert enter(at_desk, who=NUMBER, person="99999").status_code == 404
