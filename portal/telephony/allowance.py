"""How many calls a second the network allows: one by default. Beyond it, calls would queue there, out of our sight."""

from __future__ import annotations

import random
import time
from datetime import datetime, timedelta

from portal import clock
from portal.database import brief_write, db, insert
from portal.telephony.models import Allowance
from portal.telephony.refusals import Busy

TRIES = 3
LONGEST_WAIT_S = 1.5  # waited for on the spot; longer, and the job goes back in the queue: others may go on


def wait_for_turn(what: str, per_second: float) -> None:
    """Returns when it is this one's turn, whichever worker asks; raises `Busy` when others are far ahead."""
    waited = 0
    while (free_at := take(what, per_second)) is not None:
        pause = (free_at - clock.now()).total_seconds()
        if pause > LONGEST_WAIT_S or waited == TRIES:
            break
        time.sleep(max(pause, 0))
        waited += 1
    else:
        return
    raise Busy(free_at + timedelta(seconds=random.uniform(0, 1 / per_second)))  # noqa: S311  (jitter)


def take(what: str, per_second: float) -> datetime | None:
    """Takes the turn if it is free; else says when it will be."""
    with brief_write() as session:
        session.execute(
            insert(Allowance)
            .values(name=what, free_at=clock.now())
            .on_conflict_do_nothing(index_elements=["name"])
        )
        row = session.scalars(db.select(Allowance).filter_by(name=what).with_for_update()).one()
        now = clock.now()
        if now < row.free_at:
            return row.free_at
        row.free_at = now + timedelta(seconds=1 / per_second)
        return None
