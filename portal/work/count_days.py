"""Follows the history, and counts what it touched: calls at once, days soon after."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal import clock, jobs
from portal.database import db
from portal.jobs import Job
from portal.reports import counting, days, following
from portal.work.rounds import each

EVERY = timedelta(seconds=15)


def count_days(job: Job) -> None:
    """Each quarter of an hour and each day in a transaction of its own; a day that cannot be counted comes
    again in an hour: it stands before no other."""
    quarters, zones = following.follow(), days.Zones()
    db.session.commit()

    def count_quarter(one: tuple[int, datetime]) -> None:
        counting.count_calls(one[0], one[1], one[1] + days.QUARTER)

    def count_day(one: following.Mark) -> None:
        counting.count_day(*one, zones[one[0]])

    each(sorted(quarters), count_quarter, lambda one: f"counting calls of organization {one[0]}")
    due, asked_at = following.due(), clock.now()
    db.session.commit()
    if each(due, count_day, lambda one: f"counting {one[1]} of organization {one[0]}") is not None:
        following.put_off(due, asked_at)
        db.session.commit()
    jobs.finish(job)
    db.session.commit()
