"""Jobs that keep the index true to the tables: `index` for what was saved, `reindex` for all of it.

Both may be begun twice. An index that another process is writing is a failed try: it comes again later.
"""

from __future__ import annotations

from flask import current_app

from portal import jobs
from portal.articles import index
from portal.database import db
from portal.jobs import Job


def update(job: Job) -> None:
    """Takes up the articles and documents named by the job."""
    documents = {int(number): pages for number, pages in job.payload.get("documents", {}).items()}
    folder = current_app.extensions["settings"].index_dir
    index.update(folder, articles=job.payload.get("articles", []), documents=documents)
    jobs.finish(job)
    db.session.commit()


def rebuild(job: Job) -> None:
    """Builds the whole index anew beside the live one."""
    index.rebuild(current_app.extensions["settings"].index_dir)
    jobs.finish(job)
    db.session.commit()
