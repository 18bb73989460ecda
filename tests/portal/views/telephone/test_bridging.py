"""The agent's telephone rings for the caller: picked up, not picked up, picked up by a machine, over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import clock
from portal.contacts.models import Leg
from portal.database import db
from portal.desk.models import Offer
from portal.history import Event
from tests import make
from tests.network import LINE, said, verbs
from tests.portal.calling import AGENT_CALL, AGENT_PHONE, CALL, Call


def events(verb: str) -> int:
    return len(list(db.session.scalars(db.select(Event).filter_by(verb=verb))))


def test_the_agents_telephone_rings_while_the_caller_hears_it(app: Flask) -> None:
    (dial,) = Call(app).connect()
    assert dial.tag == "Dial"
    assert (dial.get("answerOnBridge"), dial.get("callerId"), dial.get("timeout")) == ("true", LINE, "20")
    assert dial.get("record") is None
    (number,) = dial
    assert (number.tag, number.text) == ("Number", AGENT_PHONE)
    assert number.get("statusCallback") == "/telephone/status/call"


def test_an_offer_whose_telephone_rings_late_lasts_as_long_as_it_rings(app: Flask) -> None:
    """The worker had much to do before it took the caller out of line."""
    call = Call(app)
    late = clock.now() + timedelta(minutes=5)
    with time_machine.travel(late, tick=False):
        call.connect()
    db.session.refresh(call.offer)
    assert call.offer.expires_at == late + timedelta(seconds=20)


def test_a_sip_address_rings_too_and_needs_no_key(app: Flask) -> None:
    call = Call(app, phone="sip:camille@mairie.example")
    (sip,) = call.connect()[0]
    assert (sip.tag, sip.text) == ("Sip", "sip:camille@mairie.example")
    assert "Appel, file Accueil." in said(call.answer())
    assert call.presence() == "busy"


def test_who_picks_up_presses_1_and_then_has_the_call(app: Flask) -> None:
    call = Call(app, language="en")
    call.connect()
    twiml = call.answer()
    assert verbs(twiml) == ["Gather", "Hangup"]
    assert said(twiml) == "Appel, file Accueil, en anglais. Appuyez sur 1."
    assert call.fresh().state == "waiting"
    assert verbs(call.press()) == []
    contact = call.fresh()
    assert (contact.state, contact.agent_id, call.presence()) == ("in_progress", call.agent.id, "busy")
    assert [(leg.role, leg.provider_ref, leg.state) for leg in db.session.scalars(db.select(Leg))] == [
        ("citizen", CALL, "answered"),
        ("agent", AGENT_CALL, "answered"),
    ]


def test_a_whisper_never_says_who_is_calling(app: Flask) -> None:
    call = Call(app)
    make.link(make.citizen("Aïcha Benali"), call.contact.identifier)
    call.connect()
    assert "Benali" not in said(call.answer())


def test_a_machine_that_picks_up_has_no_finger(app: Flask) -> None:
    """Its silence ends in a hang-up, and the caller is in line again, at the same place."""
    call = Call(app)
    since = call.place.since
    call.connect()
    call.answer()
    twiml = call.dial_over("completed", DialBridged="false")
    assert "Enqueue" in verbs(twiml)
    assert (call.fresh().state, call.offer.state) == ("waiting", "missed")
    assert call.place.since == since


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
def test_a_telephone_not_picked_up_puts_the_caller_back_at_the_same_place(app: Flask, status: str) -> None:
    call = Call(app)
    since = call.place.since
    call.connect()
    assert "Enqueue" in verbs(call.dial_over(status))
    assert "Enqueue" in verbs(call.dial_over(status))
    db.session.refresh(call.place)
    assert (call.place.state, call.place.since, call.offer.state) == ("waiting", since, "missed")


def test_the_next_agent_rings_at_once_when_one_is_free(app: Flask) -> None:
    call = Call(app)
    other = make.serving(call.queue, phone="+33199000099")
    db.session.commit()
    call.connect()
    (dial,) = call.dial_over("no-answer")
    assert dial[0].text == "+33199000099"
    assert call.offer.staff_id == other.id and call.offer.state == "ringing"


def test_a_call_that_is_over_leaves_the_agent_time_to_write_it_up(app: Flask) -> None:
    call = Call(app)
    call.put_through()
    assert verbs(call.dial_over()) == []
    assert call.fresh().ended_at is not None and call.presence() == "wrap_up"
    assert events("contact.hung_up") == 1


def test_a_caller_who_hangs_up_while_it_rings_was_not_missed_by_the_agent(app: Flask) -> None:
    call = Call(app)
    call.connect()
    call.dial_over("no-answer", CallStatus="completed")
    assert call.offer.state == "withdrawn" and call.presence() == "available"
    assert call.fresh().ended_at is not None and events("contact.missed") == 0


def test_a_telephone_that_drops_before_being_put_through_is_no_conversation(app: Flask) -> None:
    call = Call(app)
    call.put_through()
    twiml = call.dial_over("completed", DialBridged="false")
    assert "de nouveau en attente" in said(twiml) and "Enqueue" in verbs(twiml)
    assert call.fresh().state == "waiting" and call.presence() == "wrap_up"


def test_whoever_picks_up_too_late_is_told(app: Flask) -> None:
    call = Call(app)
    call.connect()
    call.dial_over("no-answer")
    late = f"/telephone/voice/agent-answers?offer={call.offer.id}"
    assert "a été repris" in said(call.twiml(late, CallSid=AGENT_CALL, To=AGENT_PHONE))


def test_each_word_told_again_even_late_changes_nothing(app: Flask) -> None:
    call = Call(app)
    for _ in range(3):
        call.connect()
        call.answer()
        call.press()
    assert len(list(db.session.scalars(db.select(Leg)))) == 2 and events("contact.taken") == 1
    for _ in range(3):
        call.dial_over()
    ended = call.fresh().ended_at
    call.connect()
    call.status(AGENT_CALL, "completed", 3)
    assert call.fresh().ended_at == ended and call.leg("agent").state == "ended"
    assert len(list(db.session.scalars(db.select(Offer)))) == 1


def told(call: Call, words: list[tuple[str, int]]) -> str:
    for status, sequence in words:
        assert call.status(AGENT_CALL, status, sequence) == 204
    return call.leg("agent").state


PROGRESS = [("initiated", 0), ("ringing", 1), ("in-progress", 2), ("completed", 3)]


@pytest.mark.parametrize("order", [PROGRESS, PROGRESS[::-1], [*PROGRESS[2:], *PROGRESS[:2]]])
def test_the_state_of_a_leg_never_goes_back(app: Flask, order: Any) -> None:
    call = Call(app)
    call.put_through()
    assert told(call, order) == "ended"
    assert call.leg("agent").sequence == 3


def test_what_was_told_before_our_row_existed_is_heard_then(app: Flask) -> None:
    call = Call(app)
    call.connect()
    assert call.status(AGENT_CALL, "ringing", 1) == 204
    assert call.status(AGENT_CALL, "completed", 3) == 204
    call.answer()
    call.press()
    assert (call.leg("agent").state, call.leg("agent").sequence) == ("ended", 3)


def test_an_unknown_call_is_noted_and_answered(app: Flask) -> None:
    assert Call(app).status("CA" + "9" * 32, "completed", 3) == 204


def test_a_caller_who_hangs_up_in_line_has_left_it(app: Flask) -> None:
    call = Call(app)
    assert call.status(CALL, "completed", 1) == 204
    assert call.offer.state == "withdrawn" and call.fresh().ended_at is not None
