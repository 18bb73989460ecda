"""Takes up what has happened since in the words that contacts, cases and citizens are found by."""

from __future__ import annotations

from datetime import timedelta

from portal import jobs
from portal.database import db
from portal.jobs import Job
from portal.records.following import follow
from portal.records.keeping import Tally
from portal.records.lookups import forget_lookups

EVERY = timedelta(seconds=5)


def follow_records(job: Job) -> None:
    tally = Tally()
    while follow(tally):
        db.session.commit()
    forget_lookups(db.session())
    jobs.finish(job)
    db.session.commit()
