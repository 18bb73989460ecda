"""Tells of what comes near in matters and promises, before it is late."""

from __future__ import annotations

from datetime import timedelta

from portal import jobs
from portal.cases.due import escalating
from portal.database import db
from portal.jobs import Job
from portal.work.rounds import each

EVERY = timedelta(minutes=10)


def watch_clocks(job: Job) -> None:
    """Each thing in a commit of its own; one that cannot be told of is tried again in the next round."""
    organizations = escalating.watched()
    db.session.commit()
    each(organizations, _look_at, lambda one: f"what comes near at organization {one}")
    jobs.finish(job)
    db.session.commit()


def _look_at(organization_id: int) -> None:
    found = escalating.due_soon(organization_id)
    db.session.commit()
    each(found, escalating.tell, lambda one: f"telling of {one.table} {one.id}")
