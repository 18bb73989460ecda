"""What each process keeps in memory of the tables that change rarely, until their stamp says that they have changed.

Whoever changes a row of such a table changes its stamp in the same transaction: the session does it, and what goes
around the session (an import that inserts many rows at once) calls `renew`. All stamps are read together, once a
transaction.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.database import db, insert
from portal.directory.models import Stamp

SEEN = "stamps"  # where a session notes those it has read

T = TypeVar("T")

_followed: set[type[Any]] = set()
_kept: dict[tuple[str, str, Any], tuple[str | None, Any]] = {}


def kept(name: str, read: Callable[[], T], *, of: Any = None) -> T:
    """What `read` gave, `of` one thing, when the stamp of this name was last changed. It is everybody's: nobody may
    change it."""
    at, stamp = (str(db.engine.url), name, of), _stamps().get(name)
    known = _kept.get(at)
    if known is None or known[0] != stamp:
        known = _kept[at] = (stamp, read())
    found: T = known[1]
    return found


def follow(name: str, *tables: type[Any]) -> None:
    """Makes every session change the stamp of this name with each change of a row of these tables."""

    _followed.update(tables)

    @event.listens_for(Session, "before_flush")
    def _renew(session: Session, *_: Any) -> None:
        if any(isinstance(row, tables) for row in [*session.new, *session.dirty, *session.deleted]):
            renew(session, name)


def renew(session: Any, name: str) -> None:
    """Says that the tables changed: what each process keeps of them is read anew once this is committed."""
    value = uuid.uuid4().hex
    query = insert(Stamp).values(name=name, value=value)
    session.connection().execute(query.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
    session.info.pop(SEEN, None)


def _stamps() -> dict[str, str]:
    session = db.session()
    transaction, stamps = session.info.get(SEEN, (None, {}))
    unwritten = [*session.new, *session.dirty, *session.deleted]
    changing = any(isinstance(row, tuple(_followed)) for row in unwritten)
    if changing or transaction is None or transaction is not session.get_transaction():
        stamps = {row.name: row.value for row in session.execute(db.select(Stamp.name, Stamp.value))}
        session.info[SEEN] = (session.get_transaction(), stamps)
    return stamps
