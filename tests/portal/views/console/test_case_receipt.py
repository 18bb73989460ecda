"""The receipt of what nobody wrote: read first, sent or handed over, once, and met by the complete one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from time_machine import travel

from portal import history
from portal.cases.due import clocks
from portal.cases.models import Case, Clock
from portal.cases.opening import open_case
from portal.contacts.models import Contact, Message
from portal.database import db
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
