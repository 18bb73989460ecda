"""Ends a wrap-up when its time is over, whether or not a browser is open."""

from __future__ import annotations

from portal import jobs
from portal.database import db
from portal.desk import presence
from portal.jobs import Job


def end_wrap_up(job: Job) -> None:
    """The agent is available again, unless the wrap-up was prolonged or ended meanwhile."""
    presence.end_wrap_up_if_over(job.payload["staff"])
    jobs.finish(job)
    db.session.commit()
