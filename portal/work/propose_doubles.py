"""Looks for the doubles of those whom something happened to, following the history since the last time."""

from __future__ import annotations

from datetime import timedelta

from portal import jobs
from portal.citizens import doubles
from portal.database import db
from portal.jobs import Job
from portal.work.rounds import each

EVERY = timedelta(minutes=5)
LATE = 500  # events whose numbers were drawn before others', and committed after them


def propose_doubles(job: Job) -> None:
    """Person by person, each in a transaction of its own. How far it has got is written in the job that is done."""
    last = _reached(job)
    upto, nothing_new = max(0, last - LATE), doubles.last_event() == last
    db.session.commit()
    while not nothing_new:  # what was committed late is looked for once something else has happened
        touched, last = doubles.touched_since(upto)
        db.session.commit()
        each(touched, doubles.propose_for, lambda one: f"looking for doubles of {one}")
        if last <= upto or len(touched) == 0:
            break
        upto = last
    job.payload = {"upto": max(upto, last)}
    jobs.finish(job)
    db.session.commit()


def _reached(job: Job) -> int:
    query = db.select(Job.payload).filter_by(kind=job.kind, state="done").order_by(Job.id.desc()).limit(1)
    return int((db.session.scalar(query) or {}).get("upto", 0))
