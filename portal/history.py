"""What happened, to what, by whom, for which citizen: one append-only table.

The same rows are the citizen's timeline and the audit of a rule. Who read a file is a second table, with its
own readers and its own retention.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple, Protocol, cast

from sqlalchemy import ForeignKey, Index, Table, event, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal import brisk, clock
from portal.database import Base, db

RECORDED = "recorded"


class Actor(NamedTuple):
    """Who acts: a kind, and for staff the row."""

    kind: str
    id: int | None = None


CITIZEN = Actor("citizen")
NETWORK = Actor("network")
SYSTEM = Actor("system")
PARTNER = Actor("partner")


class Person(Protocol):
    """A member of staff as far as rooms that must not know the staff room are concerned."""

    id: int
    role: str
    organization_id: int
    may_open_protected: bool

    @property
    def actor(self) -> Actor: ...


class Event(Base):
    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_subject", "subject_type", "subject_id", "id"),
        Index("ix_events_citizen", "citizen_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    verb: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    subject_type: Mapped[str]
    subject_id: Mapped[int]
    citizen_id: Mapped[int | None] = mapped_column(ForeignKey("citizens.id"))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


_WRITE = insert(cast(Table, Event.__table__)).inline()


class Reading(Base):
    """Who opened which citizen's file, when, and why if it was protected."""

    __tablename__ = "readings"
    __table_args__ = (Index("ix_readings_citizen", "citizen_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizens.id"))
    reason: Mapped[str] = mapped_column(default="")


_READ = insert(cast(Table, Reading.__table__)).inline()


def record(
    verb: str,
    subject: Any,
    *,
    by: Actor,
    citizen_id: int | None = None,
    details: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Writes that `verb` (such as `contact.wrapped_up`) was done to `subject`, a row of any table; `at`, if not now.

    While somebody holds a telephone, all that a transaction records is written at its end (or once `of` asks for it) by
    one statement, and not at every query in between.
    """
    if subject.id is None:
        db.session.flush()
    done = {
        "at": at or clock.now(),
        "verb": verb,
        "actor_kind": by.kind,
        "actor_id": by.id,
        "subject_type": subject.__tablename__,
        "subject_id": subject.id,
        "citizen_id": citizen_id,
        "details": details or {},
    }
    if not brisk.in_haste.get():
        db.session.add(Event(**done))
        return
    session: Session = db.session()
    if not session.in_transaction():
        session.begin()  # what is recorded belongs to a transaction, and is forgotten with it
    session.info.setdefault(RECORDED, []).append(done)


@event.listens_for(Session, "before_commit")
def write(session: Session) -> None:
    """Writes what was recorded in this session's transaction and is not written yet."""
    recorded = session.info.pop(RECORDED, None)
    if recorded:
        session.flush()
        session.execute(_WRITE, recorded)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, ended: Any) -> None:
    """What was not done is not recorded."""
    if not ended.nested:
        session.info.pop(RECORDED, None)


def record_reading(session: Session, staff_id: int, citizen_id: int, reason: str = "") -> None:
    """Writes who opened a citizen's file, in the brief transaction it is given: nobody reads it back there."""
    read = {"staff_id": staff_id, "citizen_id": citizen_id, "reason": reason}
    session.connection().execute(_READ, read)


def actors(events: Iterable[Event]) -> set[int | None]:
    """The staff who acted in these events."""
    return {one.actor_id for one in events if one.actor_kind == "staff"}


def of(subject: Any, limit: int = 200) -> list[Event]:
    """The events of one row, newest first."""
    write(db.session())
    query = db.select(Event).filter_by(subject_type=subject.__tablename__, subject_id=subject.id)
    return list(db.session.scalars(query.order_by(Event.id.desc()).limit(limit)))


def came_from(subject: Any, form_key: str) -> bool:
    """Whether something was done to this row by this very form: sent again, it does nothing."""
    return bool(form_key) and any(one.details.get("form_key") == form_key for one in of(subject))
