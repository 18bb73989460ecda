"""Asks receivers who have not answered once more, and those who accepted what came of it."""

from __future__ import annotations

from datetime import timedelta

from portal import jobs
from portal.database import db
from portal.jobs import Job
from portal.referrals.following import reminding
from portal.work.rounds import each

EVERY = timedelta(hours=1)


def remind_referrals(job: Job) -> None:
    """Receiver by receiver, each in a transaction of its own: what goes wrong with one waits for the next try, and is
    nothing to the others."""
    groups = [(one[0].id, one) for one in reminding.due()]
    db.session.commit()
    wrong = each(groups, lambda one: reminding.go_on(one[1]), lambda one: f"reminding of referral {one[0]}")
    if wrong is not None:
        raise wrong
    jobs.finish(job)
    db.session.commit()
