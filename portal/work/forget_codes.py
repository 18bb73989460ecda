"""Forgets once a day the codes of the site that nobody said, and frees the digits of those that served."""

from __future__ import annotations

from datetime import timedelta

from portal import jobs
from portal.contacts.codes import bridge_codes
from portal.database import db
from portal.jobs import Job

EVERY = timedelta(days=1)


def forget_codes(job: Job) -> None:
    while bridge_codes.forget_old():
        db.session.commit()
    jobs.finish(job)
    db.session.commit()
