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

EVERY = timedelta(days=1)


def sweep(job: Job) -> None:
    attachments.sweep(settings().attachments_dir)
    db.session.commit()
    while keeping.forget_old(settings()):
        db.session.commit()
    make_export.remove_old()
    jobs.finish(job)
    db.session.commit()
