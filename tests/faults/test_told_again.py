"""What the network tells of texts, five times and at once, shuffled, three days late: nothing lost, nothing doubled."""

from __future__ import annotations

import random
import urllib.parse
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from twilio.request_validator import RequestValidator

from portal import clock
from portal.contacts.answering import advance, reply, wrap_up
from portal.contacts.models import Contact, Message
from portal.database import db
from portal.history import SYSTEM
from portal.telephony.models import NetworkEvent
from tests import make
from tests.network import LINE, NUMBER

STATES = ("queued", "sending", "sent", "delivered")
TIMES, AT_ONCE = 5, 8


@pytest.fixture
def tell(app: Flask, served: str) -> Any:
    """Posts many signed webhooks to a real server, several at once; the statuses of its answers."""
    make.line(LINE)
    db.session.commit()
    ours = app.extensions["settings"]
    signer = RequestValidator(ours.twilio_auth_token)

    def post(told: tuple[str, dict[str, str]]) -> int:
        path, fields = told
        fields = {"AccountSid": ours.twilio_account_sid, "From": NUMBER, "To": LINE, **fields}
        signature = signer.compute_signature(served + path, fields)
        body = urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(served + path, body, {"X-Twilio-Signature": signature})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)

    def tell_all(told: list[tuple[str, dict[str, str]]]) -> Counter[int]:
        random.Random(4).shuffle(told)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return Counter(pool.map(post, told))

    return tell_all


def text(n: int) -> tuple[str, dict[str, str]]:
    return "/telephone/text", {"MessageSid": f"SM{n}", "Body": f"Question {n} sur ma carte"}


def status(ref: str, state: str) -> tuple[str, dict[str, str]]:
    return "/telephone/status/message", {"MessageSid": ref, "MessageStatus": state}


def test_texts_told_five_times_at_once_are_each_kept_once_in_one_thread(app: Flask, tell: Any) -> None:
    answers = tell([text(n) for n in range(6)] * TIMES)
    assert answers == {200: 6 * TIMES}
    db.session.expire_all()
    (contact,) = db.session.scalars(db.select(Contact)).all()
    incoming = [one.body for one in contact.messages if one.direction == "in"]
    assert Counter(incoming) == Counter(f"Question {n} sur ma carte" for n in range(6))
    assert sum(one.automatic for one in contact.messages) == 1, "one reference, however often it was told"


def test_states_told_five_times_at_once_and_shuffled_end_at_the_furthest(app: Flask, tell: Any) -> None:
    contact = make.contact("text", identifier_id=make.identifier("phone", NUMBER).id, line=LINE)
    sent = [reply(contact, f"Réponse {n}", channel="text", form_key=None, by=SYSTEM) for n in range(4)]
    for n, message in enumerate(sent):
        advance(message, "sent", provider_ref=f"SM{n}")
    db.session.commit()
    final = {"SM0": "delivered", "SM1": "delivered", "SM2": "undelivered", "SM3": "failed"}
    told = [status(ref, state) for ref, last in final.items() for state in (*STATES[:3], last, "strange")]
    assert tell(told * TIMES) == {204: len(told) * TIMES}
    db.session.expire_all()
    kept = db.session.scalars(db.select(Message).where(Message.provider_ref.is_not(None)))
    assert {one.provider_ref: one.state for one in kept} == final
    keys = Counter(db.session.scalars(db.select(NetworkEvent.key)))
    assert len(keys) == len(told) and set(keys.values()) == {1}


def test_what_comes_three_days_late_changes_nothing_that_is_over(app: Flask, tell: Any) -> None:
    tell([text(1)])
    db.session.expire_all()
    (contact,) = db.session.scalars(db.select(Contact)).all()
    answer = next(one for one in contact.messages if one.direction == "out")
    advance(answer, "sent", provider_ref="SM9")
    advance(answer, "failed", error="30007")
    wrap_up(contact, "answered", note="", by=SYSTEM)
    db.session.commit()
    with time_machine.travel(clock.now() + timedelta(days=3), tick=True):
        tell([text(1), status("SM9", "delivered"), status("SM9", "sent")] * TIMES)
        tell([text(2)])
    db.session.expire_all()
    first, *others = db.session.scalars(db.select(Contact).order_by(Contact.id)).all()
    assert first.state == "wrapped_up"
    assert len(others) == 1, "a new text, so late, is an exchange of its own"
    assert db.session.get_one(Message, answer.id).state == "failed"
