"""Forgets what was typed and never sent, once it is old, and who had which page open."""

from __future__ import annotations

from datetime import timedelta

from portal import jobs
from portal.database import db
from portal.jobs import Job
from portal.staff import jottings, onlookers

EVERY = timedelta(hours=1)


def sweep_jottings(job: Job) -> None:
    while jottings.forget_old():
        db.session.commit()
    onlookers.forget_old()
    jobs.finish(job)
    db.session.commit()
