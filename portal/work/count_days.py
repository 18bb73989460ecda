"""Follows the history, and counts what it touched: calls at once, days soon after."""

from __future__ import annotations

from datetime import timedelta

from portal import jobs
from portal.database import db
from portal.jobs import Job
from portal.reports import counting, days, following

EVERY = timedelta(seconds=15)


def count_days(job: Job) -> None:
    """Each quarter of an hour and each day in a transaction of its own."""
    quarters, zones = following.follow(), days.Zones()
    db.session.commit()
    for of, begins in sorted(quarters):
        counting.count_calls(of, begins, begins + days.QUARTER)
        db.session.commit()
    for of, day in following.due():
        counting.count_day(of, day, zones[of])
        db.session.commit()
    jobs.finish(job)
    db.session.commit()
