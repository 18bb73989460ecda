"""The end of a call that was never told, told too early, or while somebody held the call: it is known all the same."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event

from portal import brisk, clock, jobs, spool
from portal.contacts.models import Contact, Leg
from portal.database import db
from portal.desk import places, talking
from portal.desk.models import Place
from portal.jobs import Job
from portal.work.replay import replay
from portal.work.sweep_calls import EVERY, QUIET
from simulator import Running
from tests import make
from tests.faults.stage import Stage
from tests.faults.test_spool import ON_POSTGRESQL, gate, gated, waiting  # noqa: F401  (fixtures)
from tests.network import LINE, Network

Work = Callable[[], int]
SAID = "+33639980001"
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


def test_a_call_that_goes_wrong_keeps_no_other_from_its_end(
    app: Flask,
    telephone: Running,
    work: Work,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    hear = talking.hear

    def fail_once(contact: Contact | None, ref: str, status: str) -> None:
        hear(contact, ref, status)
        if ref == "CA1":
            raise ValueError(SAID)

    in_line()
    make.contact(provider_ref="CA2", line=LINE)
    db.session.commit()
    monkeypatch.setattr(talking, "hear", fail_once)
    sweep(work)
    assert the_call("CA2").ended_at is not None and the_call().ended_at is None
    assert "ValueError" in caplog.text and "+336" not in caplog.text
    monkeypatch.undo()
    sweep(work)
    assert the_call().ended_at is not None


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


@contextmanager
def held(ref: str) -> Iterator[Any]:
    """Somebody else has this contact in hand; yields what lets it go."""
    with db.engine.connect() as other:
        other.execute(db.select(Contact.id).filter_by(provider_ref=ref).with_for_update())
        yield other.rollback


def kept_ends(gated: Any, gate: Any, *calls: tuple[str, str]) -> None:  # noqa: F811  (a fixture)
    """Calls, and their ends told while the database is away."""
    network = Network(gated)
    for ref, phone in calls:
        network.twiml("/telephone/voice", CallSid=ref, From=phone)
    gate.shut()
    for ref, phone in calls:
        assert network.post("/telephone/status/call", CallSid=ref, From=phone, **OVER).status_code == 204
    gate.reopen()


@ON_POSTGRESQL
def test_what_is_done_again_waits_for_who_holds_the_call(gated: Any, gate: Any) -> None:  # noqa: F811  (a fixture)
    """Nobody holds a telephone any more: the second that the doors wait for would put it off again and again."""
    kept_ends(gated, gate, ("CA1", "+33639980001"))
    with held("CA1") as let_go:
        threading.Timer(2, let_go).start()
        assert replay(gated) == 1
    assert the_call().ended_at is not None


@ON_POSTGRESQL
def test_a_word_whose_connection_is_cut_as_it_is_given_up_is_kept(gated: Any, gate: Any) -> None:  # noqa: F811  (a fixture)
    """The door waited for a second in vain, and cannot even roll back what it had begun."""
    network = Network(gated)
    network.twiml("/telephone/voice", CallSid="CA1")
    with gated.app_context():
        event.listen(db.engines[brisk.BIND], "rollback", lambda _connection: gate.shut(), once=True)
    with held("CA1"):
        assert network.post("/telephone/status/call", CallSid="CA1", **OVER).status_code == 204
    gate.reopen()
    assert replay(gated) == 1 and the_call().ended_at is not None


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_is_done_again_waits_for_who_holds_the_file(app: Flask, hurried: Flask) -> None:
    in_line()
    path = app.extensions["settings"].data_dir / "relais.db"
    holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    assert Network(hurried).post("/telephone/status/call", CallSid="CA1", **OVER).status_code == 204
    assert waiting(hurried) == 1
    threading.Timer(2, holder.execute, ("ROLLBACK",)).start()
    assert replay(hurried) == 1 and the_call().ended_at is not None


@ON_POSTGRESQL
def test_a_call_that_somebody_holds_keeps_no_other_waiting(gated: Any, gate: Any) -> None:  # noqa: F811  (a fixture)
    kept_ends(gated, gate, ("CA1", "+33639980001"), ("CA2", "+33639980002"))
    with held("CA1"):
        assert replay(gated) == 1
        assert the_call("CA2").ended_at is not None and waiting(gated) == 1
    assert replay(gated) == 1 and the_call().ended_at is not None


@ON_POSTGRESQL
def test_what_one_caller_said_is_done_again_in_its_order_whoever_does_it(gated: Any, gate: Any) -> None:  # noqa: F811  (a fixture)
    """Four at once empty the spool: each text of a number comes after the one before."""
    network = Network(gated)
    gate.shut()
    for n in range(40):
        said = {"MessageSid": f"SM{n}", "Body": f"{n}", "From": f"+3363998000{n % 4}"}
        assert network.post("/telephone/text", **said).status_code == 200
    gate.reopen()
    workers = [threading.Thread(target=replay, args=(gated,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert spool.waiting(gated.extensions["settings"].spool_dir) == (0, 0)
    db.session.rollback()
    threads = db.session.scalars(db.select(Contact)).all()
    said = [[int(one.body) for one in each.messages if one.direction == "in"] for each in threads]
    assert sorted(map(len, said)) == [10] * 4
    assert all(words == sorted(words) for words in said)
