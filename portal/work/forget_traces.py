"""Forgets technical traces once they have served: what the network told, work that is done, counters, old codes.

What is a person's own is not here: recordings have their own end, contacts and cases are an archivist's to decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, tuple_

from portal import clock, history, jobs
from portal.budgets import Spending
from portal.citizens.models import Code, CodeCall
from portal.contacts.codes import code_calls
from portal.database import brief_read, db
from portal.jobs import Job
from portal.telephony.models import NetworkEvent
from portal.work.context import settings

EVERY = timedelta(days=1)
A_BATCH = 500  # deleted while the lock is held: a few hundredths of a second


class Trace(NamedTuple):
    """A kind of trace: its table, what tells its rows apart, which of them have served, and what they are found by,
    the oldest first."""

    table: Any
    key: tuple[Any, ...]
    served: ColumnElement[bool]
    age: Any


def forget_traces(job: Job) -> None:
    """Table by table, in small batches, each a transaction of its own: cut short, it goes on the next time."""
    forgotten = {trace.table.__tablename__: _forget(trace) for trace in _traces()}
    if any(forgotten.values()):
        history.record("traces.forgotten", job, by=history.SYSTEM, details=forgotten)
    jobs.finish(job)
    db.session.commit()


def _traces() -> Iterator[Trace]:
    now = clock.now()
    traces = now - timedelta(days=settings().keep_traces_days)
    counters = now - timedelta(days=settings().keep_counters_days)
    received, done, since = NetworkEvent.received_at, Job.done_at, Spending.since
    yield Trace(NetworkEvent, (NetworkEvent.id,), received < traces, received)
    yield Trace(Job, (Job.id,), (Job.state == jobs.DONE) & (done < traces), done)
    yield Trace(Spending, (Spending.key, since), since < counters, since)
    said = CodeCall.at < min(counters, now - code_calls.A_MONTH)
    yield Trace(CodeCall, (CodeCall.id,), said, CodeCall.id)  # before their codes, whose they are
    is_said = db.exists().where(CodeCall.code_id == Code.id)
    yield Trace(Code, (Code.id,), (Code.expires_at < counters) & ~is_said, Code.id)


def _forget(trace: Trace) -> int:
    """How many rows there were. They are looked for where no lock is held, and deleted by their keys."""
    count = 0
    while found := _found(trace):
        db.session.execute(db.delete(trace.table).where(tuple_(*trace.key).in_(found), trace.served))
        db.session.commit()
        count += len(found)
    return count


def _found(trace: Trace) -> list[tuple[Any, ...]]:
    query = db.select(*trace.key).where(trace.served).order_by(trace.age).limit(A_BATCH)
    with brief_read() as session:
        return [tuple(row) for row in session.execute(query)]
