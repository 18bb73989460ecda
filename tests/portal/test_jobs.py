"""The outbox: once asked, done once; a dead worker's job is taken over; a poisoned one holds nobody up."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text

from portal import clock, jobs
from portal.database import db
from portal.jobs import Job
from portal.work import EVERY, KINDS, loop
from tests.until import until

done: list[str] = []


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    def note(job: Job) -> None:
        done.append(job.payload["word"])
        jobs.finish(job)
        db.session.commit()

    def fail(job: Job) -> None:
        raise ZeroDivisionError

    done.clear()
    KINDS.update(note=note, fail=fail)
    yield
    del KINDS["note"], KINDS["fail"]


def test_what_is_asked_is_done_once(app: Flask, work: Callable[[], int]) -> None:
    jobs.enqueue("note", {"word": "un"})
    assert work() == 1
    assert work() == 0
    assert done == ["un"]


def test_what_fails_once_it_is_finished_is_not_done_again(app: Flask, work: Callable[[], int]) -> None:
    def note_and_fail(job: Job) -> None:
        KINDS["note"](job)
        raise ZeroDivisionError

    KINDS["note_and_fail"] = note_and_fail
    try:
        jobs.enqueue("note_and_fail", {"word": "un"})
        assert work() == 1
    finally:
        del KINDS["note_and_fail"]
    assert done == ["un"]
    assert db.session.scalars(db.select(Job.state)).all() == ["done"]


def test_the_same_key_is_asked_once_for_good(app: Flask, work: Callable[[], int]) -> None:
    jobs.enqueue("note", {"word": "un"}, dedupe_key="k")
    jobs.enqueue("note", {"word": "deux"}, dedupe_key="k")
    work()
    jobs.enqueue("note", {"word": "trois"}, dedupe_key="k")
    work()
    assert done == ["un"]


def test_several_at_once_in_one_worker_do_each_job_once(app: Flask) -> None:
    for n in range(12):
        jobs.enqueue("note", {"word": f"{n:02}"}, dedupe_key=f"note:{n}")
    db.session.commit()
    stop = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        tried = pool.submit(loop.run_at_once, app, 3, stop=stop)
        until(lambda: len(done) == 12, "the last of them")
        stop.set()
        assert tried.result(20) == 12
    assert sorted(done) == [f"{n:02}" for n in range(12)]


def test_however_many_jobs_killed_their_workers_the_next_one_is_done(
    app: Flask, work: Callable[[], int]
) -> None:
    since = clock.now() - timedelta(hours=1)
    killed = {"kind": "note", "payload": {"word": "tué"}, "attempts": jobs.MOST_ATTEMPTS, "not_before": since}
    db.session.execute(db.insert(Job), [killed] * sys.getrecursionlimit())
    jobs.enqueue("note", {"word": "un"})
    assert work() == 1 and done == ["un"]
    assert jobs.quarantined() == sys.getrecursionlimit()


def test_what_is_due_is_found_among_what_was_ever_done_by_its_index(app: Flask) -> None:
    done_before = [{"kind": "note", "state": "done", "done_at": clock.now()} for _ in range(1000)]
    db.session.execute(db.insert(Job), done_before)
    db.session.execute(text("ANALYZE"))
    sqlite = db.engine.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
    due = jobs._due().params(now=clock.now())
    statement = due.compile(db.engine, compile_kwargs={"literal_binds": True})
    plan = str(db.session.execute(text(explain + str(statement))).all())
    assert "ix_jobs_waiting" in plan and "ix_jobs_leased" in plan, plan
    assert "Seq Scan" not in plan and "SCAN jobs" not in plan.replace("SCAN jobs USING INDEX ix_jobs", ""), (
        plan
    )


def test_what_is_rolled_back_was_never_asked(app: Flask, work: Callable[[], int]) -> None:
    jobs.enqueue("note", {"word": "un"})
    db.session.rollback()
    assert work() == 0


def test_two_workers_never_hold_the_same_job(app: Flask) -> None:
    jobs.enqueue("note", {"word": "un"})
    db.session.commit()
    assert jobs.claim("a") is not None
    db.session.commit()
    assert jobs.claim("b") is None


def test_a_lease_that_ran_out_is_taken_over_and_the_first_worker_told(app: Flask) -> None:
    jobs.enqueue("note", {"word": "un"})
    db.session.commit()
    first = jobs.claim("a")
    db.session.commit()
    assert first is not None
    assert jobs.keep(first.id, "a")
    db.session.commit()
    with time_machine.travel(clock.now() + jobs.LEASE + timedelta(seconds=1)):
        second = jobs.claim("b")
        db.session.commit()
        assert second is not None and second.id == first.id
        assert not jobs.keep(first.id, "a")
    db.session.rollback()


def test_a_job_that_always_fails_is_set_aside_and_the_others_go_on(
    app: Flask, work: Callable[[], int]
) -> None:
    jobs.enqueue("fail", {})
    jobs.enqueue("note", {"word": "un"})
    for tries in range(jobs.MOST_ATTEMPTS):
        with time_machine.travel(clock.now() + timedelta(hours=tries)):
            work()
    assert done == ["un"]
    assert jobs.quarantined() == 1
    poisoned = db.session.scalars(db.select(Job).filter_by(kind="fail")).one()
    assert poisoned.last_error == "ZeroDivisionError"


def test_ten_minutes_without_a_provider_use_up_no_jobs_tries(app: Flask) -> None:
    jobs.enqueue("fail", {})
    db.session.commit()
    until = clock.now() + timedelta(minutes=10)
    while (job := db.session.scalars(db.select(Job)).one()).not_before < until:
        with time_machine.travel(job.not_before):
            jobs.put_back(jobs.claim("a") or job, "Unsure")
            db.session.commit()
        assert job.state == "waiting"


def test_a_job_that_kills_its_workers_is_set_aside_too(app: Flask) -> None:
    jobs.enqueue("fail", {})
    jobs.enqueue("note", {"word": "un"})
    for tries in range(jobs.MOST_ATTEMPTS + 1):
        with time_machine.travel(clock.now() + 2 * tries * jobs.LEASE):
            claimed = [jobs.claim("a"), jobs.claim("b")]  # neither says what became of it
            db.session.commit()
    assert claimed == [None, None]
    assert jobs.quarantined() == 2
    assert set(db.session.scalars(db.select(Job.last_error))) == {"Killed"}


def test_what_a_citizen_wrote_stays_out_of_the_workers_log(
    app: Flask, work: Callable[[], int], caplog: pytest.LogCaptureFixture
) -> None:
    def quote(job: Job) -> None:
        raise ValueError("Bonjour, je suis Aïcha Benali")

    KINDS["note"] = quote
    jobs.enqueue("note", {"word": "un"})
    work()
    assert "ValueError" in caplog.text and "test_jobs.py" in caplog.text
    assert "Aïcha Benali" not in caplog.text.replace('raise ValueError("Bonjour, je suis Aïcha Benali")', "")


def test_what_is_done_again_and_again_goes_on_though_it_fails(
    app: Flask, work: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(EVERY, "fail", timedelta(minutes=1))
    jobs.go_on("fail", every=EVERY["fail"])
    for _ in range(3):
        with time_machine.travel(clock.now() + timedelta(minutes=2)):
            work()
    rounds = db.session.scalars(db.select(Job.dedupe_key).filter_by(kind="fail")).all()
    assert len(rounds) == 2, "the one that failed, and the next"


def test_rounds_long_done_are_forgotten_and_nothing_else_is(
    app: Flask, work: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def tick(job: Job) -> None:
        jobs.finish(job)
        db.session.commit()

    monkeypatch.setitem(EVERY, "tick", timedelta(minutes=1))
    monkeypatch.setitem(KINDS, "tick", tick)
    jobs.enqueue("note", {"word": "un"})
    jobs.go_on("tick", every=EVERY["tick"])
    now = clock.now()
    for n in range(1, 20):
        with time_machine.travel(now + timedelta(minutes=n)):
            work()
    done_rounds = db.session.scalars(db.select(Job.id).filter_by(kind="tick", state="done")).all()
    assert len(done_rounds) == jobs.MOST_ROUNDS - 1
    assert db.session.scalars(db.select(Job.state).filter_by(kind="note")).one() == "done"
