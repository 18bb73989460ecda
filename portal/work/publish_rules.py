"""Puts a planned version of a referral rule in force when its hour has come: see `referrals.ruling.planning`."""

from __future__ import annotations

from portal import jobs
from portal.database import db
from portal.jobs import Job
from portal.referrals.ruling.planning import publish_planned


def publish_rules(job: Job) -> None:
    publish_planned(job.payload["version"])
    jobs.finish(job)
    db.session.commit()
