"""Forgets once a day the codes of the site that nobody said, and frees the digits of those that served."""

from __future__ import annotations

from datetime import timedelta

from portal import jobs
from portal.contacts.codes import bridge_codes
from portal.database import db
from portal.jobs import Job

EVERY = timedelta(days=1)


def forget_codes(job: Job) -> None:
    """The next time is asked for first, so that one that fails ends nothing."""
    jobs.go_on(job.kind, every=EVERY)
    db.session.commit()
    while bridge_codes.forget_old():
        db.session.commit()
    jobs.finish(job)
    db.session.commit()
