"""Asks receivers who have not answered once more, and those who accepted what came of it."""

from __future__ import annotations

from datetime import timedelta

from portal import jobs
from portal.database import db
from portal.jobs import Job
from portal.referrals.following import reminding

EVERY = timedelta(hours=1)


def remind_referrals(job: Job) -> None:
    """Receiver by receiver, each in a transaction of its own."""
    jobs.go_on(job.kind, every=EVERY)
    groups = reminding.due()
    db.session.commit()
    for group in groups:
        reminding.go_on(group)
        db.session.commit()
    jobs.finish(job)
    db.session.commit()
