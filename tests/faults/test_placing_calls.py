"""Calls through a network that fails: none is lost, none is placed twice, and a killed worker is no exception."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
import time_machine
from flask import Flask

from portal import clock, jobs
from portal.citizens.models import Code, CodeCall
from portal.contacts.calls import legs
from portal.contacts.models import Contact, Leg
from portal.database import db
from portal.desk import calling_out, handing
from portal.history import Event
from portal.jobs import Job
from portal.telephony import circuit, sending
from portal.telephony.models import Alert
from simulator import Running
from tests import make
from tests.network import LINE, NUMBER
from tests.portal.calling import AGENT_CALL, AGENT_PHONE, CALL, Call
from tests.processes import a_worker
from tests.sending import turn, work_later
from tests.until import until


def ask() -> Leg:
    """An agent asks to call somebody: their own telephone is to ring first."""
    make.line(LINE)
    agent = make.staff(phone=AGENT_PHONE)
    used = make.identifier("phone", NUMBER)
    contact = make.contact("phone", direction="out", state="in_progress", agent_id=agent.id)
    contact.identifier_id = used.id
    calling_out.call(contact.id, by=agent)
    leg = legs.of(contact.id)[0]
    db.session.commit()
    return leg


def placed(telephone: Running) -> int:
    """How many calls the network placed to the agent's telephone."""
    return len([call for call in telephone.network.calls.values() if call.to == AGENT_PHONE])


def fresh(leg: Leg) -> Leg:
    db.session.rollback()
    return db.session.get_one(Leg, leg.id, populate_existing=True)


def test_a_call_is_placed_once_and_known(app: Flask, telephone: Running, work: Callable[[], int]) -> None:
    leg = ask()
    work_later(work, 3)
    assert placed(telephone) == 1 and fresh(leg).provider_ref in telephone.network.calls


@pytest.mark.parametrize("fault", ["silence", "refuse", "error", "too_many"])
def test_a_network_that_fails_once_neither_loses_nor_doubles(
    app: Flask, telephone: Running, work: Callable[[], int], fault: str
) -> None:
    leg = ask()
    turn(telephone, next_requests={fault: 1})
    work_later(work)
    assert placed(telephone) == 1 and fresh(leg).provider_ref in telephone.network.calls


def test_a_network_silent_for_an_hour_holds_no_thread_and_loses_no_call(
    app: Flask, telephone: Running, work: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "READ_S", 0.1)
    leg = ask()
    turn(telephone, requests={"silence": 1.0}, silence_s=3600)
    work()
    assert fresh(leg).state == "unknown"
    turn(telephone, requests={"silence": 0.0}, silence_s=0)
    work_later(work)
    assert placed(telephone) == 1 and fresh(leg).provider_ref in telephone.network.calls


def test_while_the_circuit_is_open_calls_wait_and_use_up_none_of_their_tries(
    app: Flask, telephone: Running, work: Callable[[], int]
) -> None:
    leg = ask()
    for _ in range(circuit.MOST_FAILURES):
        circuit.failed(clock.now())
    db.session.commit()
    for later in range(3):
        with time_machine.travel(clock.now() + timedelta(seconds=2 * later), tick=True):
            work()
    job = db.session.scalars(db.select(Job).filter_by(kind="place_call")).one()
    assert (job.state, job.attempts, job.last_error) == ("waiting", 0, "Busy")
    assert placed(telephone) == 0 and fresh(leg).state == "waiting"
    work_later(work, 2)
    assert placed(telephone) == 1


@pytest.mark.parametrize(
    ("number", "error", "told"),
    [("+15005550001", "21217", 0), ("+15005550003", "21215", 1)],
    ids=["no_number", "country_not_open"],
)
def test_what_the_network_will_not_call_fails_for_good_and_what_is_ours_to_mend_is_told(
    app: Flask, telephone: Running, work: Callable[[], int], number: str, error: str, told: int
) -> None:
    leg = ask()
    leg.to = number
    db.session.commit()
    work_later(work, 2)
    assert (fresh(leg).state, leg.error) == ("failed", error)
    alerts = db.session.scalars(db.select(Alert.sentence)).all()
    assert len(alerts) == told and all("pays" in sentence for sentence in alerts)


def test_credentials_that_are_refused_hold_the_call_and_are_told(
    app: Flask, telephone: Running, work: Callable[[], int]
) -> None:
    leg = ask()
    telephone.network.settings = replace(telephone.network.settings, auth_token="changed")
    work()
    assert fresh(leg).state == "waiting" and placed(telephone) == 0
    assert ["compte" in one for one in db.session.scalars(db.select(Alert.sentence))] == [True]


def test_an_agents_wish_withdrawn_before_the_call_leaves_is_no_call(
    app: Flask, telephone: Running, work: Callable[[], int]
) -> None:
    leg = ask()
    leg.seat = "out"
    db.session.commit()
    work()
    assert placed(telephone) == 0 and fresh(leg).state == "failed"


def test_an_earlier_call_to_the_same_telephone_is_not_taken_for_this_one(
    app: Flask, telephone: Running, work: Callable[[], int]
) -> None:
    first = ask()
    work()
    first = fresh(first)
    contact = make.contact("phone", direction="out", state="in_progress", line=LINE)
    second = legs.plan(contact, "agent", AGENT_PHONE, purpose="call")
    db.session.commit()
    turn(telephone, next_requests={"refuse": 1})
    work_later(work)
    assert fresh(second).provider_ref not in (None, first.provider_ref) and placed(telephone) == 2


def test_a_call_that_says_a_code_is_not_taken_for_this_one(
    app: Flask, telephone: Running, work: Callable[[], int]
) -> None:
    said = ask()
    work()
    said, ref = fresh(said), fresh(said).provider_ref
    said.provider_ref, said.state = None, "ended"
    db.session.flush()
    used = make.identifier("phone", AGENT_PHONE)
    code = Code(
        identifier_id=used.id, subject_type="cases", subject_id=1, code_hash="h", expires_at=clock.now()
    )
    call = CodeCall(code=code, seed="s", sender=LINE, language="fr", provider_ref=ref, state="ended")
    db.session.add(call)
    second = legs.plan(
        make.contact("phone", direction="out", line=LINE), "agent", AGENT_PHONE, purpose="call"
    )
    db.session.commit()
    turn(telephone, next_requests={"refuse": 1})
    work_later(work)
    assert fresh(second).provider_ref not in (None, ref) and placed(telephone) == 2


@pytest.mark.slow
def test_a_worker_killed_between_placing_and_recording_neither_loses_nor_doubles(
    app: Flask, telephone: Running, work: Callable[[], int]
) -> None:
    """The network holds its answer; the worker that waits for it dies; another takes over."""
    leg = ask()
    turn(telephone, next_requests={"silence": 1}, silence_s=20)
    with a_worker(app):
        until(lambda: placed(telephone), "the call")
    assert fresh(leg).state == "sending" and placed(telephone) == 1
    db.session.rollback()
    work_later(work)
    assert placed(telephone) == 1 and fresh(leg).provider_ref in telephone.network.calls


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_words_told_five_times_shuffled_and_in_parallel_have_one_effect(app: Flask, seed: int) -> None:
    call = Call(app)
    call.put_through()
    words = [
        (ref, status, n)
        for ref in (CALL, AGENT_CALL)
        for n, status in enumerate(("initiated", "ringing", "in-progress", "completed"))
    ] * 5
    Random(seed).shuffle(words)
    db.session.commit()

    def tell(word: tuple[str, str, int]) -> int:
        with app.app_context():
            return call.status(*word)

    with ThreadPoolExecutor(5) as pool:
        assert set(pool.map(tell, words)) == {204}
    db.session.rollback()
    assert {leg.state for leg in db.session.scalars(db.select(Leg))} == {"ended"}
    assert call.fresh().ended_at is not None and call.presence() == "wrap_up"
    assert len(list(db.session.scalars(db.select(Event).filter_by(verb="contact.hung_up")))) == 1
    assert len(list(db.session.scalars(db.select(Contact)))) == 1


def test_an_end_that_was_never_told_is_asked_for(
    app: Flask, telephone: Running, work: Callable[[], int]
) -> None:
    """The network knows nothing of this call any more, and never told us that it ended."""
    call = Call(app)
    call.put_through()
    handing.hold(call.contact.id, by=call.agent)
    db.session.commit()
    call.dial_over()
    with time_machine.travel(clock.now() + timedelta(minutes=3), tick=True):
        jobs.enqueue("sweep_calls", {})
        work()
    assert call.fresh().ended_at is not None and call.presence() == "wrap_up"
    assert {leg.state for leg in db.session.scalars(db.select(Leg))} == {"ended"}


def test_words_three_days_late_resurrect_nothing(app: Flask) -> None:
    call = Call(app)
    call.put_through()
    call.dial_over()
    ended = call.fresh().ended_at
    with time_machine.travel(clock.now() + timedelta(days=3), tick=True):
        for status, sequence in (("ringing", 1), ("in-progress", 2), ("completed", 3)):
            call.status(AGENT_CALL, status, sequence)
            call.status(CALL, status, sequence)
        call.connect()
        call.dial_over("no-answer")
    assert call.fresh().ended_at == ended and call.offer.state == "accepted"
    assert not call.is_ringing()
