"""One wrap-up, one act, however often its form is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from portal import clock, history
from portal.cases.models import Case, Promise
from portal.contacts.models import Contact
from portal.database import db
from portal.desk.wrapping_up import Outcome, wrap_up
from portal.errors import Refused
from tests import make

KEY = "k" * 20


def held(agent: object) -> Contact:
    return make.contact(state="in_progress", agent_id=agent.id, subject="Cantine")


def test_a_form_sent_twice_ends_the_contact_once(app: Flask) -> None:
    agent = make.staff()
    contact = held(agent)
    due = clock.now() + timedelta(days=2)
    outcome = Outcome("promise_made", note="Rappeler", promise="Rappeler", due_at=due)
    assert wrap_up(contact, outcome, form_key=KEY, by=agent)
    assert not wrap_up(contact, outcome, form_key=KEY, by=agent)
    assert [event.verb for event in history.of(contact)] == ["contact.wrapped_up"]
    promise = db.session.scalars(db.select(Promise)).one()
    assert promise.case_id == contact.case_id and promise.owner_id == agent.id
    assert wrap_up(contact, Outcome("answered", note="Corrigé"), form_key="l" * 20, by=agent)
    assert (contact.disposition, contact.note) == ("answered", "Corrigé")


def test_a_promise_needs_a_day_and_a_colleagues_contact_is_theirs(app: Flask) -> None:
    agent = make.staff()
    contact = held(agent)
    with pytest.raises(Refused) as refused:
        wrap_up(contact, Outcome("promise_made", promise="Rappeler"), form_key=KEY, by=agent)
    assert refused.value.field == "due"
    db.session.rollback()
    agent = make.staff()
    with pytest.raises(Refused, match="autre"):
        wrap_up(held(make.staff()), Outcome("answered"), form_key=KEY, by=agent)
    with pytest.raises(Refused, match="Prenez"):
        wrap_up(make.contact("web"), Outcome("answered"), form_key=KEY, by=agent)


def test_closing_ends_the_matter(app: Flask) -> None:
    agent = make.staff()
    contact = held(agent)
    promised = Outcome("promise_made", promise="Rappeler", due_at=clock.now() + timedelta(days=1))
    wrap_up(contact, promised, form_key=KEY, by=agent)
    case = db.session.get_one(Case, contact.case_id)
    assert case.state == "open"
    wrap_up(contact, replace(promised, promise="", close=True), form_key="l" * 20, by=agent)
    assert case.state == "closed"
