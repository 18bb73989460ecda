"""An agent calls a citizen: who asked to be called back, or whom the desk calls. The agent's telephone rings first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import clock, jobs
from portal.contacts.calls import legs
from portal.contacts.models import Contact, Leg
from portal.database import db
from portal.desk import calling_out, offering, places
from portal.errors import Refused
from portal.jobs import Job
from portal.telephony.dialling import may_be_called
from simulator import Running
from tests import make
from tests.network import LINE, NUMBER, said, verbs
from tests.portal.calling import AGENT_PHONE, CALL, Call

CITIZEN_CALL = "CA" + "5" * 32


class CallBack(Call):
    """Somebody who asked to be called back, and whose turn has come: the agent's telephone is to be called."""

    def __init__(self, app: Flask, work: Callable[[], int]) -> None:
        super().__init__(app)
        with time_machine.travel(clock.now() - timedelta(minutes=5), tick=True):
            offering.miss(offering.hold_offer(self.offer.id))
            places.ask_call_back(self.contact)
        self.contact.ended_at = clock.now()
        self.contact.provider_ref = CALL
        from portal.desk import presence

        presence.choose(self.agent, "available")
        db.session.commit()
        assert self.offer.state == "ringing"
        work()

    def path(self, door: str) -> str:
        return f"/telephone/voice/{door}?offer={self.offer.id}&leg={self.leg('agent').id}"

    def pick_up(self) -> Any:
        ends = {"CallSid": self.leg("agent").provider_ref, "To": AGENT_PHONE, "From": LINE}
        whisper = self.twiml(self.path("agent-answers"), **ends)
        assert said(whisper) == "Rappel, file Accueil. Appuyez sur 1."
        return self.twiml(self.path("agent-presses"), **ends, Digits="1")

    def called(self, status: str, call_status: str = "in-progress") -> Any:
        leg = self.leg("agent")
        told = {"CallSid": leg.provider_ref, "DialCallSid": CITIZEN_CALL, "CallStatus": call_status}
        return self.twiml(f"/telephone/voice/called?leg={leg.id}", **told, DialCallStatus=status)


@pytest.fixture
def back(app: Flask, telephone: Running, work: Callable[[], int]) -> CallBack:
    return CallBack(app, work)


def test_the_agents_telephone_is_called_and_then_the_citizens(back: CallBack) -> None:
    leg = back.leg("agent")
    assert (leg.purpose, leg.to, leg.state) == ("call_back", AGENT_PHONE, "queued")
    twiml = back.pick_up()
    dial = twiml.find("Dial")
    assert dial[0].text == NUMBER and dial.get("callerId") == LINE and dial.get("timeLimit")
    assert back.fresh().agent_id == back.agent.id and back.presence() == "busy"
    greeted = back.twiml(dial[0].get("url"), CallSid=CITIZEN_CALL, To=NUMBER)
    assert "vous appelle" in said(greeted)
    assert back.leg("citizen").provider_ref == CITIZEN_CALL
    back.called("completed")
    assert back.fresh().ended_at is not None and back.presence() == "wrap_up"


def test_a_citizen_called_back_is_held_by_moving_their_telephone_first(back: CallBack) -> None:
    from portal.desk import handing

    dial = back.pick_up().find("Dial")
    back.twiml(dial[0].get("url"), CallSid=CITIZEN_CALL, To=NUMBER)
    handing.hold(back.contact.id, by=back.agent)
    db.session.commit()
    citizen = back.leg("citizen")
    assert back.seat(citizen).find("Dial/Conference").text == f"hold-{back.contact.id}"
    assert back.called("completed").find("Dial/Conference").text == f"contact-{back.contact.id}"
    assert back.fresh().ended_at is None


@pytest.mark.parametrize("first", ["", "citizen", "agent"])
@pytest.mark.parametrize("status", ["busy", "no-answer", "failed"])
def test_a_citizen_who_does_not_answer_is_called_later(back: CallBack, status: str, first: str) -> None:
    """Whatever the network tells first: that the call to them is over, that theirs is, or that the agent's is."""
    back.pick_up()
    if first == "citizen":
        back.status(CITIZEN_CALL, status, 2, f"?leg={back.leg('citizen').id}")
    if first == "agent":
        back.status(back.leg("agent").provider_ref or "", "completed", 5)
    for _ in range(2):
        twiml = back.called(status)
    assert "Hangup" in verbs(twiml) or verbs(twiml) == []
    db.session.refresh(back.place)
    assert (back.place.state, back.place.attempts) == ("waiting", 1)
    assert back.place.not_before and back.place.not_before > clock.now()
    assert back.presence() == "available"


@pytest.mark.parametrize("status", ["busy", "no-answer"])
def test_an_agent_who_does_not_pick_up_a_call_back_missed_it(back: CallBack, status: str) -> None:
    leg = back.leg("agent")
    back.status(leg.provider_ref or "", status, 9, f"?leg={leg.id}")
    assert back.offer.state in ("missed", "ringing") and back.leg("agent").id >= leg.id
    db.session.refresh(leg)
    assert leg.state == "failed"


def test_words_of_the_first_call_do_not_end_the_call_back(back: CallBack) -> None:
    dial = back.pick_up().find("Dial")
    back.twiml(dial[0].get("url"), CallSid=CITIZEN_CALL, To=NUMBER)
    back.status(CALL, "completed", 7)
    assert back.fresh().ended_at is None and back.presence() == "busy"


def contact_of(agent: Any, number: str = NUMBER, **values: Any) -> Contact:
    used = make.identifier("phone", number)
    return make.contact("text", identifier_id=used.id, agent_id=agent.id, state="in_progress", **values)


def test_the_desk_calls_somebody_by_a_call_of_its_own(
    app: Flask, telephone: Running, work: Callable[[], int]
) -> None:
    make.line(LINE)
    agent = make.staff(phone=AGENT_PHONE)
    written = contact_of(agent)
    made = calling_out.call_number(written, by=agent)
    calling_out.call(made.id, by=agent)
    assert (made.direction, made.channel, made.line) == ("out", "phone", LINE)
    work()
    phone = telephone.handset(AGENT_PHONE)
    phone.wait_for("ringing")
    assert len(list(db.session.scalars(db.select(Leg)))) == 1


def test_the_button_pressed_twice_rings_the_agent_once(app: Flask) -> None:
    make.line(LINE)
    agent = make.staff(phone=AGENT_PHONE)
    written = contact_of(agent)
    calling_out.call_number(written, by=agent)
    with pytest.raises(Refused, match="déjà en ligne"):
        calling_out.call_number(written, by=agent)
    with time_machine.travel(clock.now() + timedelta(minutes=3), tick=True):
        calling_out.call_number(written, by=agent)  # the end of the first may never have been told


def test_a_telephone_that_was_never_picked_up_keeps_nobody_from_being_called_again(
    app: Flask, telephone: Running, work: Callable[[], int]
) -> None:
    """Its call was set aside: perhaps placed, and never heard of. Tried again by hand, it rings no second time."""
    make.line(LINE)
    agent = make.staff(phone=AGENT_PHONE)
    made = calling_out.call_number(contact_of(agent), by=agent)
    lost = db.session.scalars(db.select(Leg)).one()
    job = db.session.scalars(db.select(Job).filter_by(kind="place_call")).one()
    lost.state, made.ended_at, job.state = "unknown", clock.now(), "quarantined"
    db.session.commit()
    calling_out.call(made.id, by=agent)
    assert not calling_out.may_call(made, agent)
    assert db.session.scalars(db.select(Leg)).all() == [lost], "it may ring yet"
    with time_machine.travel(clock.now() + legs.RINGS_FOR + timedelta(seconds=1), tick=True):
        assert calling_out.may_call(made, agent)
        calling_out.call(made.id, by=agent)
        jobs.try_again(job.id)
        db.session.commit()
        work()
    _, again = db.session.scalars(db.select(Leg).order_by(Leg.id).execution_options(populate_existing=True))
    assert (lost.state, lost.error, lost.seat) == ("failed", "not_answered", "out")
    assert again.provider_ref in telephone.network.calls and len(telephone.network.calls) == 1


@pytest.mark.parametrize(
    "number",
    ["+33899123456", "+33112", "+3315", "+15005550001", "+447911123456", "+33810123456", "+33118218"],
)
def test_some_numbers_are_never_called(app: Flask, number: str) -> None:
    make.line(LINE)
    agent = make.staff(phone=AGENT_PHONE)
    assert not may_be_called(number)
    with pytest.raises(Refused, match="ne peut pas être appelé"):
        calling_out.call_number(contact_of(agent, number), by=agent)


@pytest.mark.parametrize("number", [NUMBER, "+33199000050", "+590690000000", "+262262123456", "+687281234"])
def test_people_in_france_and_overseas_are_called(number: str) -> None:
    assert may_be_called(number)
