"""Limits that protect people or money (codes, outgoing texts, sign-ins): counters kept in rows.

They hold across processes and restarts, which a counter in memory does not.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy.orm import Mapped, mapped_column

from portal import clock
from portal.database import Base, db, insert


class Spending(Base):
    """How often `key` was spent in the window that began at `since`. The key is a digest: no number, no address."""

    __tablename__ = "spendings"

    key: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(default=0)


def spend(what: str, whom: str, *, most: int, per: timedelta) -> bool:
    """Counts one use of `what` by `whom`; False when the budget of this window is used up.

    Counted in the caller's transaction: what is refused and rolled back is not counted.
    """
    since = _window(clock.now(), per)
    key = hashlib.sha256(f"{what}\0{whom}".encode()).hexdigest()[:40]
    table = Spending.__table__
    statement = insert(table).values(key=key, since=since, count=1)
    statement = statement.on_conflict_do_update(
        index_elements=["key", "since"], set_={"count": table.c.count + 1}
    )
    spent = db.session.scalar(statement.returning(table.c.count))
    return bool(spent is not None and spent <= most)


def _window(now: datetime, per: timedelta) -> datetime:
    seconds = int(per.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, tz=now.tzinfo)
