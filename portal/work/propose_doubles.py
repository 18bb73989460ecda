"""Looks for the doubles of those whom something happened to, following the history since the last time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from portal import jobs
from portal.citizens import doubles
from portal.database import db
from portal.jobs import Job
from portal.work.rounds import each

EVERY = timedelta(minutes=5)
LATE = 500  # events whose numbers were drawn before others', and committed after them
MOST_TRIES = 12  # an hour: who cannot be compared then waits until something happens to them again


def propose_doubles(job: Job) -> None:
    """Person by person, each in a transaction of its own. How far it has got is written in the job that is done, and
    with whom something went wrong: they come again with the next round."""
    before = _before(job)
    last, tries = int(before.get("upto", 0)), before.get("again", {})
    upto, nothing_new = max(0, last - LATE), doubles.last_event() == last
    db.session.commit()
    wrong = _wrong(int(one) for one in tries)
    while not nothing_new:  # what was committed late is looked for once something else has happened
        touched, last = doubles.touched_since(upto)
        db.session.commit()
        wrong += _wrong(touched)
        if last <= upto or len(touched) == 0:
            break
        upto = last
    again = {str(one): tries.get(str(one), 0) + 1 for one in wrong}
    job.payload = {"upto": max(upto, last), "again": {one: n for one, n in again.items() if n < MOST_TRIES}}
    jobs.finish(job)
    db.session.commit()


def _wrong(people: Iterable[int]) -> list[int]:
    """Those who could not be compared."""
    return [
        one for one in people if each([one], doubles.propose_for, lambda one: f"looking for doubles of {one}")
    ]


def _before(job: Job) -> dict[str, Any]:
    query = db.select(Job.payload).filter_by(kind=job.kind, state="done").order_by(Job.id.desc()).limit(1)
    return db.session.scalar(query) or {}
