"""Has counted again what was counted otherwise: by an older version, or by the clocks of another place."""

from __future__ import annotations

from datetime import timedelta

from portal import jobs
from portal.database import db
from portal.jobs import Job
from portal.reports import following

EVERY = timedelta(minutes=15)


def count_again(job: Job) -> None:
    """Only marks the days: they are counted with the others, the latest first."""
    following.count_again()
    jobs.finish(job)
    db.session.commit()
