"""The receipt of what nobody wrote: read first, sent or handed over, once, and met by the complete one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from time_machine import travel

from portal import history
from portal.cases import keeping
from portal.cases.due import clocks
from portal.cases.models import Case, Clock
from portal.cases.opening import open_case
from portal.citizens.models import Citizen
from portal.contacts.models import Contact, Message
from portal.database import db
from portal.desk.wrapping_up import Outcome, wrap_up
from portal.mail.models import Letter
from portal.staff.models import Staff
from tests import make
from tests.signing import send, signed_in


@pytest.fixture
def agent(app: Flask, client: Any) -> Staff:
    make.organization(phone="+33199000010", email="accueil@ville.example")
    make.line()
    person = make.staff()
    signed_in(client, person)
    return person


def matter(channel: str, value: str = "", nature: str = "request") -> Case:
    used = make.identifier("email" if "@" in value else "phone", value) if value else None
    contact = make.contact(channel, identifier_id=used.id if used else None, state="wrapped_up")
    return open_case(contact, by=history.SYSTEM, nature=nature)


def receipt(case: Case) -> Clock:
    return clocks.clocks_of(case)["receipt"]


def give(client: Any, case: Case, **typed: str) -> Any:
    return send(client, f"/console/cases/{case.id}/receipt", {"form_key": "k" * 20, **typed})


def way(case: Case, channel: str) -> str:
    contact_id = db.session.scalars(db.select(Contact.id).filter_by(case_id=case.id)).one()
    return f"{contact_id}-{channel}"


def test_it_is_sent_once_to_whoever_called_from_a_mobile(agent: Staff, client: Any) -> None:
    case = matter("phone", "+33639981234")
    assert "Nous avons enregistré votre demande" in client.get(f"/console/cases/{case.id}/receipt").text
    for _ in range(2):
        assert give(client, case, way=way(case, "text")).status_code == 302
    sent = db.session.scalars(db.select(Message).filter_by(direction="out")).all()
    assert len(sent) == 1 and "recours" in sent[0].body
    assert [one.verb for one in history.of(case)].count("case.acknowledged") == 1


def test_it_is_sent_by_letter_where_an_address_is_known(
    agent: Staff, client: Any, work: Callable[[], int]
) -> None:
    case = matter("letter", "aicha@exemple.fr")
    give(client, case, way=way(case, "email"))
    assert receipt(case).state == "met"
    work()
    assert "01 99 00 00 10" in db.session.scalars(db.select(Letter)).one().body


def test_put_into_a_hand_it_says_to_whom_and_when(agent: Staff, client: Any) -> None:
    with travel("2026-03-02T09:00Z", tick=False):
        case = matter("letter")
        db.session.commit()
    with travel("2026-03-05T09:00Z", tick=False):
        signed_in(client, agent)
        assert "jour entre" in give(client, case, way="post", on="2026-02-01").text
        give(client, case, way="hand", on="2026-03-03", to="Mme Benali")
    one = receipt(case)
    assert one.state == "met" and one.met_at is not None and one.met_at.date() == date(2026, 3, 3)
    told = next(event for event in history.of(case) if event.verb == "case.acknowledged")
    assert told.actor_id == agent.id and (told.details["how"], told.details["to"]) == ("hand", "Mme Benali")


def test_until_it_is_known_what_is_asked_for_only_its_arrival_is_told(agent: Staff, client: Any) -> None:
    with travel("2026-03-02T09:00Z", tick=False):
        signed_in(client, agent)
        case = matter("letter", "aicha@exemple.fr")
        assert receipt(case).due_at.date() == date(2026, 3, 3)
        give(client, case, way=way(case, "email"), what="registration")
        body = db.session.scalars(db.select(Message).filter_by(direction="out")).one().body
        assert "complet suit" in body and "refus" not in body
        clocks.recompute(case)
        assert (receipt(case).state, receipt(case).due_at.date()) == ("running", date(2026, 3, 16))
        give(client, case, way="post", form_key="l" * 20)
        assert receipt(case).state == "met"


@pytest.mark.parametrize("channel", ["phone", "counter", "text"])
def test_a_request_is_owed_one_however_it_came(agent: Staff, channel: str) -> None:
    for nature, owed in (("request", True), ("appeal", True), ("information", False), ("report", False)):
        assert ("receipt" in clocks.clocks_of(matter(channel, nature=nature))) is owed, nature


def test_what_an_agent_understands_to_be_a_request_is_owed_one_from_then_on(agent: Staff) -> None:
    case = matter("phone", nature="information")
    for nature, state in (("complaint", "running"), ("information", "stopped"), ("request", "running")):
        keeping.edit_case(case, case.version, by=agent, nature=nature)
        assert (receipt(case).state, receipt(case).started_at) == (state, case.opened_at)
    written = matter("web", nature="request")
    keeping.edit_case(written, written.version, by=agent, nature="report")
    assert receipt(written).state == "running", "of what is written, whatever it asks for"


def test_what_was_answered_aloud_is_still_owed_one(agent: Staff) -> None:
    """It is not what the law asks for: no date, no service, no word of what silence means."""
    for channel, state in (("phone", "running"), ("counter", "running"), ("web", "met")):
        case = matter(channel)
        contact = db.session.scalars(db.select(Contact).filter_by(case_id=case.id)).one()
        wrap_up(contact, Outcome("answered", answer="Voici."), form_key=f"{channel:*<20}", by=agent)
        assert receipt(case).state == state, channel


def known(case: Case, certainty: str = "confirmed") -> Citizen:
    """The person who called, and what else is known of them."""
    person = make.citizen("Aïcha Benali", phone="+33639981234", email="aicha@exemple.fr")
    contact = db.session.scalars(db.select(Contact).filter_by(case_id=case.id)).one()
    contact.citizen_id, contact.certainty, case.citizen_id = person.id, certainty, person.id
    return person


def test_it_goes_to_another_address_of_theirs_that_the_agent_chose(
    agent: Staff, client: Any, work: Callable[[], int]
) -> None:
    case = matter("phone", "+33199000077")
    person = known(case)
    address = make.identifier("email", "aicha@exemple.fr")
    page = client.get(f"/console/cases/{case.id}/receipt").text
    assert f'value="to-{address.id}"' in page and "E-mail à aicha@exemple.fr (connu dans son dossier)" in page
    for _ in range(2):
        assert give(client, case, way=f"to-{address.id}").status_code == 302
    work()
    letter = db.session.scalars(db.select(Letter)).one()
    assert letter.to == "aicha@exemple.fr" and "Nous avons enregistré votre demande" in letter.body
    assert receipt(case).state == "met"
    made = db.session.scalars(db.select(Contact).filter_by(case_id=case.id, channel="email")).one()
    assert (made.direction, made.citizen_id, made.state) == ("out", person.id, "wrapped_up")


def test_it_goes_nowhere_else_while_it_is_not_sure_whose_it_is(agent: Staff, client: Any) -> None:
    case = matter("phone", "+33199000077")
    known(case, "probable")
    address = make.identifier("email", "aicha@exemple.fr")
    assert "connu dans son dossier" not in client.get(f"/console/cases/{case.id}/receipt").text
    assert give(client, case, way=f"to-{address.id}").status_code == 422


def test_an_address_that_somebody_else_uses_too_says_so(agent: Staff, client: Any) -> None:
    case = matter("phone", "+33199000077")
    known(case)
    make.citizen("Karim Benali", email="aicha@exemple.fr")
    page = client.get(f"/console/cases/{case.id}/receipt").text
    assert "E-mail à aicha@exemple.fr (connu dans son dossier, utilisé aussi par quelqu’un d’autre)" in page
    assert "SMS au 06 39 98 12 34 (connu dans son dossier)" in page
