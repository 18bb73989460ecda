"""Goes on with a change of many cases, or with undoing it: each few a commit that says how far it is."""

from __future__ import annotations

from portal import jobs
from portal.cases.lists import bulk as changing
from portal.cases.lists.models import BulkChange
from portal.database import db
from portal.jobs import Job
from portal.staff.models import Staff


def change_cases(job: Job) -> None:
    bulk = db.session.get_one(BulkChange, job.payload["bulk"])
    by = db.session.get_one(Staff, bulk.by_id)
    step = changing.undo_next if bulk.state == "undoing" else changing.go_on
    while by.disabled_at is None and step(bulk, by=by):
        db.session.commit()
    jobs.finish(job)
    db.session.commit()
