"""Once a day: asks the owners of what grew stale, and those who have not answered once more."""

from __future__ import annotations

from datetime import timedelta

from portal import clock, jobs
from portal.database import db
from portal.directory.confirming import asking
from portal.jobs import Job
from portal.referrals.following import receivers
from portal.work.context import settings
from portal.work.rounds import each

EVERY = timedelta(days=1)


def ask_owners(job: Job) -> None:
    """Each owner in a commit of their own; one who cannot be asked is due again tomorrow."""
    now = clock.now()
    asking.remind(now)
    found = asking.due(receivers.known_addresses(), now, settings().stale_months)
    db.session.commit()
    owners = [(organization.id, organization, to) for organization, to in found]
    each(owners, lambda one: asking.ask(*one[1:]), lambda one: f"asking organization {one[0]}")
    jobs.finish(job)
    db.session.commit()
