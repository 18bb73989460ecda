"""What is heard in the room of a call: together, apart, and when the others are gone."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal.contacts.models import Leg
from portal.database import db
from portal.desk import talking
from tests.network import said, verbs
from tests.portal.calling import Call


@pytest.fixture
def call(app: Flask) -> Call:
    """Put through, and then in one room."""
    call = Call(app)
    call.put_through()
    for role in ("citizen", "agent"):
        call.leg(role).seat = "room"
    db.session.commit()
    return call


def heard_alone(call: Call, leg: Leg) -> tuple[Any, Any]:
    """What the room has whoever is alone in it hear: at first, and then again and again."""
    conference = call.seat(leg).find("Dial/Conference")
    first = call.twiml(str(conference.get("waitUrl")))
    return first, call.twiml(str(first.findtext("Redirect")))


def test_whoever_is_alone_a_moment_is_told_nothing_yet(call: Call) -> None:
    for role in ("citizen", "agent"):
        first, _then = heard_alone(call, call.leg(role))
        assert verbs(first) == ["Pause", "Redirect"]


def test_whoever_is_alone_for_longer_is_told_to_be_patient(call: Call) -> None:
    _first, then = heard_alone(call, call.leg("citizen"))
    assert verbs(then) == ["Say", "Play", "Redirect"]
    assert said(then) == "Merci de patienter, nous revenons vers vous."
    _first, then = heard_alone(call, call.leg("agent"))
    assert said(then) == "La personne est en attente."


def test_nobody_comes_back_to_a_talk_that_is_over(call: Call) -> None:
    """The network is told to let them go; until it does, nobody promises anything."""
    citizen, agent = call.leg("citizen"), call.leg("agent")
    (_, told_citizen), (_, told_agent) = heard_alone(call, citizen), heard_alone(call, agent)
    talking.hang_up(call.contact)
    db.session.commit()
    again = call.twiml(str(told_citizen.findtext("Redirect")))
    assert verbs(again) == ["Say", "Pause", "Redirect"], "nothing else may be told in a room: no hanging up"
    assert said(again) == "L’appel est terminé. Merci, et au revoir."
    assert said(call.twiml(str(told_agent.findtext("Redirect")))) == "La personne a raccroché."
    assert verbs(call.seat(citizen)) == ["Say", "Hangup"]


def test_on_hold_a_sentence_is_heard_at_once(call: Call) -> None:
    citizen = call.leg("citizen")
    citizen.seat = "hold"
    db.session.commit()
    conference = call.seat(citizen).find("Dial/Conference")
    held = call.twiml(str(conference.get("waitUrl")))
    assert verbs(held) == ["Say", "Play", "Redirect"] and "revenons vers vous" in said(held)


def test_a_room_of_nobody_we_know_is_only_quiet(call: Call) -> None:
    assert verbs(call.twiml("/telephone/voice/alone?leg=0&again=1")) == ["Pause", "Redirect"]
