"""Tells of what comes near in matters and promises, before it is late."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy.exc import OperationalError

from portal import jobs
from portal.cases.due import escalating
from portal.cases.due.escalating import Near
from portal.database import db
from portal.errors import trace_of
from portal.jobs import Job

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=10)


def watch_clocks(job: Job) -> None:
    """Each thing in a commit of its own."""
    for organization_id in escalating.watched():
        found = escalating.due_soon(organization_id)
        db.session.commit()
        for near in found:
            _tell(near)
    jobs.finish(job)
    db.session.commit()


def _tell(near: Near) -> None:
    """One that cannot be told of holds up no other: it is tried again in the next round."""
    try:
        escalating.tell(near)
        db.session.commit()
    except OperationalError:
        raise
    except Exception as error:
        db.session.rollback()
        log.error("%s %s could not be told of\n%s", near.table, near.id, trace_of(error))
