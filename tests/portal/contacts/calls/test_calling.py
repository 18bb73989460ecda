"""How a call that never asked for anybody ends: told something, or not; and what a message left makes of it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal import clock, history
from portal.contacts import answering
from portal.contacts.calls import calling
from portal.contacts.models import Contact
from portal.database import db
from portal.desk import waiting
from tests import make


def call(**values: Any) -> Contact:
    return make.contact(step="Au menu", **values)


def test_who_hangs_up_in_the_menu_is_over_at_once(app: Flask) -> None:
    contact = call()
    for _ in range(2):
        calling.end_call(contact, "completed")
    assert (contact.state, contact.disposition) == ("wrapped_up", "abandoned")
    assert [one.verb for one in history.of(contact)] == ["contact.wrapped_up", "contact.hung_up"]


def test_who_heard_an_answer_served_themselves(app: Flask) -> None:
    contact = call()
    answering.consult(contact, [make.article().id], by=history.CITIZEN)
    calling.end_call(contact, "completed")
    assert (contact.state, contact.disposition) == ("wrapped_up", "self_served")


def test_who_was_sent_an_answer_by_text_served_themselves(app: Flask) -> None:
    contact = call(identifier_id=make.identifier("phone", "+33639980001").id, line="+33199000010")
    how: dict[str, Any] = {"channel": "text", "form_key": None, "purpose": "answer", "automatic": True}
    answering.reply(contact, "Voici l’adresse", by=history.SYSTEM, **how)
    calling.end_call(contact, "completed")
    assert (contact.state, contact.disposition) == ("wrapped_up", "self_served")


@pytest.mark.parametrize(
    "values", [{"queue": True}, {"answered_at": True}, {"direction": "out"}, {"state": "in_progress"}]
)
def test_whoever_asked_for_somebody_or_has_somebody_is_left_as_they_are(
    app: Flask, values: dict[str, Any]
) -> None:
    known = {"queue": ("queue_id", make.queue().id), "answered_at": ("answered_at", clock.now())}
    contact = call(**dict(known.get(name, (name, value)) for name, value in values.items()))
    calling.end_call(contact, "completed")
    assert contact.state != "wrapped_up"


@pytest.mark.parametrize("end_first", [True, False])
def test_a_message_left_waits_whichever_is_told_first(app: Flask, end_first: bool) -> None:
    contact = call(provider_ref="CA1")
    steps = [
        lambda: calling.end_call(contact, "completed"),
        lambda: calling.leave_voicemail(contact, "RE" + "1" * 32, 12),
    ]
    for step in steps if end_first else steps[::-1]:
        step()
    db.session.flush()
    assert (contact.state, contact.disposition) == ("open", "")
    assert [one.contact.id for one in waiting.waiting(contact.organization_id)] == [contact.id]
