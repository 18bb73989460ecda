"""A worker killed for good between two rows of a round: whoever takes over does what it left, and no more."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func
from sqlalchemy.engine import Connection

from portal import clock, history, jobs
from portal.cases.models import Clock
from portal.cases.opening import open_case
from portal.citizens import identifying
from portal.citizens.models import Duplicate, Flag
from portal.config import Settings
from portal.database import db
from portal.directory.confirming.asking import ConfirmationRequest
from portal.history import Event
from portal.jobs import Job
from portal.records.following import A_BATCH
from portal.records.models import Record
from portal.reports import following
from portal.reports.models import Tally
from portal.telephony.models import NetworkEvent
from portal.work import forget_traces
from portal.work.loop import work_once
from tests import make
from tests.processes import CONTEXT, portal_of

pytestmark = pytest.mark.slow
SEVERAL = 4
Facts = Callable[[], Any]


def told(verb: str) -> list[int]:
    return list(
        db.session.scalars(db.select(Event.subject_id).filter_by(verb=verb).order_by(Event.subject_id))
    )


def count(model: Any, *which: Any) -> int:
    return db.session.scalar(db.select(func.count()).select_from(model).where(*which)) or 0


def watch_clocks() -> Facts:
    agent = make.staff()
    for _ in range(SEVERAL):
        case = open_case(make.contact("phone"), by=history.CITIZEN, nature="complaint")
        case.owner_id = agent.id
    for one in db.session.scalars(db.select(Clock)):
        one.due_at = clock.now() + timedelta(hours=1)
        one.state = "running" if one.kind == "resolution" else "met"
    return lambda: len(told("case.escalated")) == len(set(told("case.escalated"))) == SEVERAL


def end_flags() -> Facts:
    person, long_ago = make.citizen(), clock.now() - timedelta(days=3)
    for n in range(SEVERAL):
        db.session.add(Flag(citizen_id=person.id, kind="vulnerable", note=f"{n}", ends_at=long_ago))
    return lambda: (count(Flag), len(told("citizen.flag_ended"))) == (0, SEVERAL)


def forget_old_traces() -> Facts:
    long_ago = clock.now() - timedelta(days=400)
    rows = [
        {"key": f"{n}", "kind": "text", "received_at": long_ago} for n in range(3 * forget_traces.A_BATCH)
    ]
    db.session.execute(db.insert(NetworkEvent), rows)
    db.session.add(NetworkEvent(key="new", kind="text"))
    return lambda: count(NetworkEvent) == 1


def ask_owners() -> Facts:
    for n in range(SEVERAL):
        town = make.organization(f"ville-{n}", email=f"mairie{n}@ville.example", is_host=True)
        make.service(f"service-{n}", of=town)

    def asked() -> bool:
        letters = [one.dedupe_key for one in db.session.scalars(db.select(Job).filter_by(kind="ask_owner"))]
        return count(ConfirmationRequest) == len(letters) == SEVERAL

    return asked


def count_days() -> Facts:
    following.follow()  # begins
    for n in range(SEVERAL):
        make.contact("counter", started_at=clock.now() - timedelta(days=n))
    following.mark_all()
    return lambda: sum(db.session.scalars(db.select(Tally.contacts))) == SEVERAL


def propose_doubles() -> Facts:
    for n in range(SEVERAL):
        for _ in range(2):
            identifying.add_citizen(f"Anne {'abcd'[n] * 5}", commune="72181", by=history.SYSTEM)
    return lambda: count(Duplicate) == SEVERAL


def follow_records() -> Facts:
    for n in range(2 * A_BATCH + 1):
        history.record("contact.begun", make.contact("text", subject=f"Crèche {n}"), by=history.CITIZEN)
    return lambda: count(Record) == 2 * A_BATCH + 1


ROUNDS = {
    "watch_clocks": watch_clocks,
    "end_flags": end_flags,
    "forget_traces": forget_old_traces,
    "ask_owners": ask_owners,
    "count_days": count_days,
    "propose_doubles": propose_doubles,
    "follow_records": follow_records,
}


def die_at(settings: Settings, commit: int) -> None:
    """The first job that is due, by a worker that dies as it is about to commit for the so many-th time."""
    app, commits = portal_of(settings), []

    def note(_connection: Connection) -> None:
        commits.append(1)
        if len(commits) == commit:
            os.kill(os.getpid(), signal.SIGKILL)

    with app.app_context():
        event.listen(db.engine, "commit", note)
        work_once(app, "killed")


@pytest.mark.parametrize("kind", ROUNDS)
def test_killed_half_way_nothing_is_lost_or_doubled(app: Flask, work: Callable[[], int], kind: str) -> None:
    holds = ROUNDS[kind]()
    db.session.execute(db.delete(Job))
    jobs.enqueue(kind, {}, not_before=clock.now() - timedelta(hours=1))
    db.session.commit()
    db.session.remove()
    process = CONTEXT.Process(target=die_at, args=(app.extensions["settings"], 3))
    process.start()
    process.join(120)
    assert process.exitcode == -signal.SIGKILL
    (left,) = db.session.scalars(db.select(Job).where(Job.kind == kind, Job.state == "leased"))
    assert left.leased_by == "killed"
    left.lease_until = clock.now() - timedelta(seconds=1)
    work()
    db.session.expire_all()
    assert holds(), kind
    assert left.state == "done" and left.attempts == 2
