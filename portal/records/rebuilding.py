"""Every record written anew, some at a time, the newest first: after an upgrade, or when words are folded otherwise.

The marks say how far each kind is: stopped, it goes on from there.
"""

from __future__ import annotations

from sqlalchemy import func

from portal.cases.models import Case
from portal.citizens.models import Citizen
from portal.contacts.models import Contact
from portal.database import db, locked
from portal.records import following
from portal.records.keeping import Tally, keep
from portal.records.models import CASE, CITIZEN, CONTACT, KINDS, Mark, Record, SeenWord, record_id

A_BATCH = {"sqlite": 100, "postgresql": 500}  # on SQLite the one lock is held meanwhile
STEPS = ((CONTACT, Contact), (CASE, Case), (CITIZEN, Citizen))
LOG = "rebuild of "


def begin() -> None:
    """From the beginning, unless a rebuild was stopped on its way. What happens meanwhile is followed as ever."""
    if db.session.scalar(db.select(Mark.log).where(Mark.log.startswith(LOG))):
        return
    following.skip()
    db.session.execute(db.delete(SeenWord))
    for kind, table in STEPS:
        newest = db.session.scalar(db.select(func.max(table.id))) or 0
        db.session.add(Mark(log=LOG + KINDS[kind], last=newest + 1, holes=[]))
        beyond = Record.id > record_id(kind, newest)
        db.session.execute(db.delete(Record).where(beyond, Record.id % 4 == kind))


def step(tally: Tally) -> int | None:
    """Writes the next records; how many, or None once all are written. The caller commits."""
    for kind, table in STEPS:
        mark = db.session.scalar(locked(db.select(Mark).filter_by(log=LOG + KINDS[kind])))
        if mark is None:
            continue
        before = db.select(table.id).where(table.id < mark.last).order_by(table.id.desc())
        ids = list(db.session.scalars(before.limit(A_BATCH[db.engine.dialect.name])))
        _forget(kind, mark.last, ids)
        if not ids:
            db.session.delete(mark)
            continue
        keep(kind, ids, tally)
        mark.last = ids[-1]
        return len(ids)
    return None


def left() -> int:
    """How many are still to be written."""
    total = 0
    for kind, table in STEPS:
        last = db.session.scalar(db.select(Mark.last).filter_by(log=LOG + KINDS[kind]))
        if last is not None:
            total += db.session.scalar(db.select(func.count(table.id)).where(table.id < last)) or 0
    return total


def _forget(kind: int, last: int, ids: list[int]) -> None:
    """The records between that nothing answers to any more; before the first one, all of them."""
    between = [Record.id < record_id(kind, last), Record.id % 4 == kind]
    if ids:
        between.append(Record.id > record_id(kind, ids[-1]))
    kept = [record_id(kind, one) for one in ids]
    db.session.execute(db.delete(Record).where(*between, Record.id.not_in(kept)))
