"""Offers what can be offered now: for those whose turn was put off until a time."""

from __future__ import annotations

from portal import jobs
from portal.database import db
from portal.desk import offering
from portal.jobs import Job


def match(job: Job) -> None:
    """Done twice, it offers nothing twice."""
    offering.match(job.payload["organization"])
    jobs.finish(job)
    db.session.commit()
