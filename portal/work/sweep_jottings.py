"""Forgets what was typed and never sent, once it is old, and who had which page open."""

from __future__ import annotations

from datetime import timedelta

from portal import jobs
from portal.database import db
from portal.jobs import Job
from portal.staff import jottings, onlookers
from portal.work.rounds import each

EVERY = timedelta(hours=1)


def sweep_jottings(job: Job) -> None:
    """Neither keeps the other."""
    each((_jottings, onlookers.forget_old), lambda kind: kind(), lambda kind: kind.__name__)
    jobs.finish(job)
    db.session.commit()


def _jottings() -> None:
    while jottings.forget_old():
        db.session.commit()
