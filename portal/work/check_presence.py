"""Looks whether an agent on duty is still signed in: a session that nobody uses any more ends without a word."""

from __future__ import annotations

from portal import jobs
from portal.database import db
from portal.desk import presence
from portal.jobs import Job


def check_presence(job: Job) -> None:
    """Away if not; looked at again an hour later otherwise."""
    presence.leave_if_signed_out(job.payload["staff"])
    jobs.finish(job)
    db.session.commit()
