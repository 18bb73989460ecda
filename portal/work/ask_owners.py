"""Once a day: asks the owners of what grew stale, and those who have not answered once more."""

from __future__ import annotations

from datetime import timedelta

from portal import clock, jobs
from portal.database import db
from portal.directory.confirming import asking
from portal.jobs import Job
from portal.referrals.following import receivers
from portal.work.context import settings

EVERY = timedelta(days=1)


def ask_owners(job: Job) -> None:
    """Each owner in a commit of their own."""
    now = clock.now()
    asking.remind(now)
    found = asking.due(receivers.known_addresses(), now, settings().stale_months)
    db.session.commit()
    for organization, to in found:
        asking.ask(organization, to)
        db.session.commit()
    jobs.finish(job)
    db.session.commit()
