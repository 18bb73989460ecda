"""Removes once a day the files that no message names, the bytes of letters long since read, old exports."""

from __future__ import annotations

from datetime import timedelta

from portal import jobs
from portal.contacts import attachments
from portal.database import db
from portal.jobs import Job
from portal.mail import keeping
from portal.work import make_export
from portal.work.context import settings
from portal.work.rounds import each

EVERY = timedelta(days=1)


def sweep(job: Job) -> None:
    """Three kinds of files, of which none keeps the others."""
    each((_attachments, _letters, make_export.remove_old), lambda kind: kind(), lambda kind: kind.__name__)
    jobs.finish(job)
    db.session.commit()


def _attachments() -> None:
    attachments.sweep(settings().attachments_dir)


def _letters() -> None:
    last = 0
    while last := keeping.forget_old(settings(), after=last):
        db.session.commit()
