"""The telephone network is silent, busy, broken or gone: nothing is lost, nothing done twice, and it is said."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module

import pytest
from flask import Flask

from portal import jobs
from portal.contacts.answering import reply
from portal.contacts.calls import legs
from portal.contacts.models import Contact, Leg, Message
from portal.database import db
from portal.desk import handing
from portal.history import SYSTEM
from portal.jobs import Job
from portal.staff.models import Staff
from portal.telephony import circuit, sending
from tests import make
from tests.faults.stage import CITIZEN, FIRST, TEXTS, Stage
from tests.network import LINE
from tests.processes import a_worker
from tests.sending import work_later

pytestmark = pytest.mark.slow
WRITES_TO = "+33639980009"


@pytest.fixture
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes minutes takes seconds."""
    monkeypatch.setattr(sending, "READ_S", 0.5)
    monkeypatch.setattr(circuit, "PAUSE_S", 0.8)
    monkeypatch.setattr(circuit, "PROBE_S", 1.0)
    monkeypatch.setattr(jobs, "LONGEST_PAUSE_S", 0.6)
    monkeypatch.setattr(jobs, "MOST_ATTEMPTS", 60)
    for kind in ("place_call", "send_text"):
        monkeypatch.setattr(import_module(f"portal.work.{kind}"), "SETTLE", timedelta(seconds=1))


@contextmanager
def failing(stage: Stage, how: str) -> Iterator[None]:
    """The network fails in this way, whatever it is asked."""
    if how == "gone":
        stage.network.go_away()
        yield
        stage.network.come_back()
        return
    stage.turn(requests={how: 1.0}, silence_s=1.5)
    yield
    stage.turn(requests={how: 0.0})


@contextmanager
def at_the_desk(stage: Stage, phone: str) -> Iterator[None]:
    """Somebody who picks up as often as it rings, and presses 1."""
    over = threading.Event()

    def pick_up() -> None:
        while not over.wait(0.1):
            try:
                agent = stage.phone(phone)
                if agent.state()["state"] == "ringing":
                    agent.answer()
                    agent.press("1")
            except (AssertionError, ValueError, OSError):
                continue

    thread = threading.Thread(target=pick_up, daemon=True)
    thread.start()
    yield
    over.set()
    thread.join(60)


def write(body: str) -> Message:
    used = make.identifier("phone", WRITES_TO)
    contact = make.contact("text", identifier_id=used.id, line=TEXTS)
    message = reply(contact, body, channel="text", form_key=None, by=SYSTEM)
    db.session.commit()
    return message


def is_open() -> bool:
    db.session.rollback()
    found = circuit.state().open
    db.session.rollback()
    return found


@pytest.mark.parametrize("how", ["silence", "too_many", "error", "broken", "gone"])
def test_what_waits_for_the_network_leaves_once_it_is_back(stage: Stage, in_haste: None, how: str) -> None:
    """An agent is to be rung for a caller and a text is to leave, while the network fails for seconds."""
    agent = stage.agent(FIRST, "break")
    caller = stage.call()
    stage.until(lambda: caller.state()["call"]["queue"], "in line")
    with at_the_desk(stage, FIRST):
        with failing(stage, how):
            stage.chooses(agent, "available")
            for n in range(3):
                write(f"Votre dossier {n} est prêt.")
            stage.until(is_open, "the circuit opens", 60)
        stage.until(lambda: caller.with_whom() == [FIRST], "put through", 60)
        stage.until(lambda: {m.state for m in stage.read(Message)} <= {"sent", "delivered"}, "texts", 60)
    assert not is_open()
    bodies = sorted(body for _to, body in stage.texts())
    assert bodies == [f"Votre dossier {n} est prêt." for n in range(3)]
    caller.hang_up()
    stage.check()


@pytest.mark.parametrize("how", ["silence", "error", "gone"])
def test_a_call_held_while_the_network_fails_is_held_and_taken_up_again(
    stage: Stage, in_haste: None, how: str
) -> None:
    agent = stage.agent(FIRST)
    caller = stage.call()
    stage.picks_up(FIRST)
    caller.wait_to_be_with(FIRST)
    with failing(stage, how):
        handing.hold(stage.contact().id, by=db.session.get_one(Staff, agent.id))
        db.session.commit()
        stage.until(lambda: any(job.last_error for job in stage.read(Job, kind="move_leg")), "a failure", 60)
    caller.wait_to_hear("nous revenons vers vous", 60)
    handing.resume(stage.contact().id, by=db.session.get_one(Staff, agent.id))
    db.session.commit()
    caller.wait_to_be_with(FIRST, seconds=60)
    caller.hang_up()
    stage.until(lambda: stage.presence(agent) == "wrap_up", "the talk is over")
    stage.check()
    assert stage.calls().count((LINE, FIRST)) == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_no_thread_waits_longer_than_ten_seconds(silent_stage: Stage) -> None:
    silent_stage.turn(next_requests={"silence": 1}, silence_s=3600)
    with pytest.raises(sending.Unsure):
        sending.hang_up(silent_stage.app.extensions["settings"], "CA" + "0" * 32)
    assert sending.CONNECT_S + sending.READ_S <= 10


def test_a_worker_killed_between_calling_and_recording_calls_nobody_twice(
    app: Flask, silent_stage: Stage, work: Callable[[], int]
) -> None:
    """The network has placed the call and holds its answer; the worker that waits for it dies; another finds it."""
    agent = silent_stage.agent(FIRST)
    used = make.identifier("phone", CITIZEN)
    contact: Contact = make.contact(identifier_id=used.id, line=LINE)
    leg = legs.plan(contact, "agent", FIRST, staff_id=agent.id, purpose="call", label="Camille")
    db.session.commit()
    silent_stage.turn(next_requests={"silence": 1}, silence_s=20)
    with a_worker(app):
        silent_stage.until(silent_stage.calls, "the call is placed", 60)
    (found,) = silent_stage.read(Leg)
    assert (found.id, found.state, found.provider_ref) == (leg.id, "sending", None) or found.provider_ref
    work_later(work)
    (found,) = silent_stage.read(Leg)
    assert found.provider_ref and silent_stage.calls() == [(LINE, FIRST)]
    silent_stage.check()


def test_two_workers_one_of_them_killed_send_each_text_once(
    app: Flask, silent_stage: Stage, work: Callable[[], int]
) -> None:
    bodies = [f"Message {n}" for n in range(9)]
    for body in bodies:
        write(body)
    silent_stage.turn(requests={"silence": 0.2, "too_many": 0.2}, silence_s=8)
    with a_worker(app) as first, a_worker(app):
        silent_stage.until(lambda: len(silent_stage.texts()) >= 4, "some have left", 60)
        first.kill()
        silent_stage.until(lambda: len(silent_stage.texts()) >= 6, "some more have left", 60)
    silent_stage.turn(requests={"silence": 0, "too_many": 0})
    work_later(work, 8)
    assert sorted(body for _to, body in silent_stage.texts()) == sorted(bodies)
    assert {message.state for message in silent_stage.read(Message)} <= {"sent", "delivered"}
