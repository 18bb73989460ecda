"""Jobs that keep the index true to the tables: `index` for what was saved, `reindex` for all of it, and `tend_index`
again and again, for what people ask often and for an index that is missing.

Both may be begun twice. An index that another process is writing is a failed try: it comes again later.
"""

from __future__ import annotations

from datetime import timedelta

from portal import jobs
from portal.articles import index
from portal.database import db
from portal.jobs import Job
from portal.work.context import settings

EVERY = timedelta(hours=1)


def update(job: Job) -> None:
    """Takes up the articles and documents named by the job."""
    documents = {int(number): pages for number, pages in job.payload.get("documents", {}).items()}
    folder = settings().index_dir
    index.update(folder, articles=job.payload.get("articles", []), documents=documents)
    jobs.finish(job)
    db.session.commit()


def rebuild(job: Job) -> None:
    """Builds the whole index anew beside the live one."""
    index.rebuild(settings().index_dir)
    jobs.finish(job)
    db.session.commit()


def tend(job: Job) -> None:
    """Asks for the index where it is missing; gives completion what is asked often by now."""
    folder = settings().index_dir
    index.ask_missing(folder)
    db.session.commit()
    index.renew_questions(folder)
    jobs.finish(job)
    db.session.commit()
