"""Limits that protect people or money (codes, outgoing texts, sign-ins): counters kept in rows.

They hold across processes and restarts, which a counter in memory does not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal import clock
from portal.database import Base, db, insert

A_DAY = timedelta(days=1)


class Spending(Base):
    """How often `key` was spent in the window that began at `since`. The key is a digest: no number, no address."""

    __tablename__ = "spendings"
    __table_args__ = (Index("ix_spendings_since", "since"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(default=0)


def spend(what: str, whom: str, *, most: int, per: timedelta) -> bool:
    """Counts one use of `what` by `whom`; False when the budget of this window is used up.

    Counted in the caller's transaction: what is refused and rolled back is not counted.
    """
    return _count(db.session, what, whom, per) <= most


def note(session: Session, what: str, whom: str, *, per: timedelta) -> None:
    """Counts one use in a transaction of its own: what was refused is what counts."""
    _count(session, what, whom, per)


def is_left(what: str, whom: str, *, most: int, per: timedelta) -> bool:
    """Whether something of the budget of this window is left."""
    place = {"key": _key(what, whom), "since": _window(clock.now(), per)}
    return (db.session.scalar(db.select(Spending.count).filter_by(**place)) or 0) < most


class Use(NamedTuple):
    """One use of `what` by `whom`, within `most` in each window `per`; `name` is what it is told apart by.

    A day is one of that time zone, else of the clocks on our walls.
    """

    name: str
    what: str
    whom: str
    most: int
    per: timedelta
    timezone: str = ""


def spend_each(uses: Sequence[Use]) -> list[str]:
    """Counts all these uses in one statement; the names of those whose budget is used up.

    In the order of their keys, whoever counts: two that count the same never wait for each other in a ring.
    """
    now, table = clock.now(), Spending.__table__
    keyed = {(_key(use.what, use.whom), _window(now, use.per, use.timezone)): use for use in uses}
    rows = [{"key": key, "since": since, "count": 1} for key, since in sorted(keyed)]
    statement = insert(table).values(rows)
    statement = statement.on_conflict_do_update(
        index_elements=["key", "since"], set_={"count": table.c.count + 1}
    )
    counted = db.session.execute(statement.returning(table.c.key, table.c.since, table.c.count))
    spent = {(key, since): count for key, since, count in counted}
    return [use.name for place, use in keyed.items() if spent[place] > use.most]


def _count(session: Any, what: str, whom: str, per: timedelta) -> int:
    table = Spending.__table__
    statement = insert(table).values(key=_key(what, whom), since=_window(clock.now(), per), count=1)
    statement = statement.on_conflict_do_update(
        index_elements=["key", "since"], set_={"count": table.c.count + 1}
    )
    spent: int | None = session.scalar(statement.returning(table.c.count))
    return spent or 0


def _key(what: str, whom: str) -> str:
    return hashlib.sha256(f"{what}\0{whom}".encode()).hexdigest()[:40]


def _window(now: datetime, per: timedelta, timezone: str = "") -> datetime:
    if per == A_DAY:
        zone = timezone or clock.wall()
        return clock.begins_at(now.astimezone(ZoneInfo(zone)).date(), timezone=zone)
    seconds = int(per.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, tz=now.tzinfo)
