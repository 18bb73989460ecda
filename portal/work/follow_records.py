"""Takes up what has happened since in the words that contacts, cases and citizens are found by."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.exc import OperationalError

from portal import jobs
from portal.database import db
from portal.jobs import Job
from portal.records.following import A_BATCH, follow
from portal.records.keeping import Tally
from portal.records.lookups import forget_lookups
from portal.work.rounds import pass_over

EVERY = timedelta(seconds=5)


def follow_records(job: Job) -> None:
    tally = Tally()
    while _take_up(tally):
        pass
    forget_lookups(db.session())
    jobs.finish(job)
    db.session.commit()


def _take_up(tally: Tally, most: int = A_BATCH) -> bool:
    """What cannot be taken up is passed by, alone: those that follow would never be found."""
    try:
        more = follow(tally, most=most)
        db.session.commit()
    except OperationalError:
        raise
    except Exception as error:
        pass_over(error, "following what happens went wrong")
        if most > 1:
            return all(_take_up(tally, 1) for _ in range(most))
        more = follow(tally, most=1, skipping=True)
        db.session.commit()
    return more
