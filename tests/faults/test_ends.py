"""The end of a call that was never told, or told too early: it is known all the same."""

from __future__ import annotations

from collections.abc import Callable

import time_machine
from flask import Flask

from portal import clock, jobs
from portal.contacts.models import Contact, Leg
from portal.database import db
from portal.desk import places
from portal.desk.models import Place
from portal.jobs import Job
from portal.work.sweep_calls import EVERY, QUIET
from simulator import Running
from tests import make
from tests.faults.stage import Stage
from tests.network import LINE, Network

Work = Callable[[], int]
OVER = {"CallStatus": "completed", "SequenceNumber": "3"}


def the_call(ref: str = "CA1") -> Contact:
    query = db.select(Contact).filter_by(provider_ref=ref).execution_options(populate_existing=True)
    db.session.rollback()
    return db.session.scalars(query).one()


def sweep(work: Work) -> None:
    """The network is asked, as it is within two minutes of any end."""
    with time_machine.travel(clock.now() + QUIET + EVERY, tick=True):
        jobs.enqueue("sweep_calls", {})
        work()
    assert not db.session.scalars(db.select(Job).where(Job.last_error != "")).all()


def in_line(ref: str = "CA1") -> Place:
    used = make.identifier("phone", "+33639980001")
    make.line(LINE)
    place = places.stand_in_line(
        make.contact(provider_ref=ref, line=LINE, identifier_id=used.id), make.queue()
    )
    db.session.commit()
    return place


def test_who_was_in_line_and_whose_end_was_never_told_waits_no_longer(
    app: Flask, telephone: Running, work: Work
) -> None:
    """Nobody was put through: there is no telephone of the call to ask about but the call itself."""
    place = in_line()
    sweep(work)
    assert the_call().ended_at is not None
    assert db.session.get_one(Place, place.id, populate_existing=True).state == "proposed"


def test_an_end_told_before_the_call_is_known(app: Flask, telephone: Running, work: Work) -> None:
    """They hung up while their first word was still being written: both were acknowledged."""
    make.line(LINE)
    db.session.commit()
    network = Network(app)
    assert network.post("/telephone/status/call", CallSid="CA1", **OVER).status_code == 204
    network.twiml("/telephone/voice", CallSid="CA1", CallStatus="ringing")
    sweep(work)
    assert the_call().ended_at is not None


def test_the_end_of_the_citizen_s_telephone_told_again_ends_what_it_had_not(app: Flask) -> None:
    place = in_line()
    db.session.add(Leg(contact_id=place.contact_id, role="citizen", state="ended", provider_ref="CA1"))
    db.session.commit()
    Network(app).post("/telephone/status/call", CallSid="CA1", **OVER)
    assert the_call().ended_at is not None


def test_a_call_that_goes_on_is_left_in_peace(silent_stage: Stage, work: Work) -> None:
    caller = silent_stage.call()
    silent_stage.until(lambda: caller.state()["call"]["queue"], "in line")
    sweep(work)
    assert silent_stage.contact().ended_at is None
    assert [place.state for place in silent_stage.read(Place)] == ["waiting"]
