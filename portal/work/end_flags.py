"""Takes away what no longer needs to be known: a flag ends by itself, once its last day is over where it was said."""

from __future__ import annotations

from datetime import timedelta

from portal import history, jobs
from portal.citizens import keeping
from portal.database import db
from portal.jobs import Job

EVERY = timedelta(hours=1)


def end_flags(job: Job) -> None:
    """A batch at a time; each leaves its line in the citizen's history."""
    while keeping.end_flags(by=history.SYSTEM):
        db.session.commit()
    jobs.finish(job)
    db.session.commit()
