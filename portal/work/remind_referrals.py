"""Asks receivers who have not answered once more, and those who accepted what came of it."""

from __future__ import annotations

import logging
from datetime import timedelta

from portal import jobs
from portal.database import db
from portal.errors import trace_of
from portal.jobs import Job
from portal.referrals.following import reminding

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)


def remind_referrals(job: Job) -> None:
    """Receiver by receiver, each in a transaction of its own: what goes wrong with one waits for the next try, and is
    nothing to the others."""
    groups = reminding.due()
    db.session.commit()
    wrong: Exception | None = None
    for group in groups:
        try:
            reminding.go_on(group)
            db.session.commit()
        except Exception as error:
            db.session.rollback()
            log.error("a receiver could not be reminded\n%s", trace_of(error))
            wrong = error
    if wrong is not None:
        raise wrong
    jobs.finish(job)
    db.session.commit()
