"""How fresh a record is: when somebody last said that it is true, and what is too old to be sure of."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, or_

from portal import clock, history
from portal.database import db
from portal.directory.hours.calendars import add_months
from portal.directory.models import Sourced
from portal.history import Actor

MONTHS = 12  # how long what was confirmed is believed


class Dated(Protocol):
    """What tells when it was last confirmed, and dated by its source: a record, or what a query read of it."""

    @property
    def confirmed_at(self) -> datetime | None: ...
    @property
    def source_date(self) -> date | None: ...


def last_confirmed(row: Sourced | Dated) -> date | None:
    """The day on which somebody confirmed this record, else that of its source; None if nobody ever did."""
    return clock.local_day(row.confirmed_at) if row.confirmed_at else row.source_date


def is_stale(row: Sourced | Dated, when: datetime, months: int = MONTHS) -> bool:
    """Whether nobody has confirmed this record for so many months: shown as such, and ranked lower."""
    last = last_confirmed(row)
    return last is None or last < oldest(when, months)


def stale(table: type[Any], when: datetime, months: int = MONTHS) -> ColumnElement[bool]:
    """The same of the rows of a table, for a query."""
    since = oldest(when, months)
    unconfirmed = or_(table.source_date.is_(None), table.source_date < since)
    return or_(and_(table.confirmed_at.is_(None), unconfirmed), table.confirmed_at < clock.begins_at(since))


def oldest(when: datetime, months: int = MONTHS) -> date:
    """The day so many months before: what was confirmed earlier is stale."""
    return add_months(clock.local_day(when), -months)


def confirm(row: Any, by: str, actor: Actor = history.PARTNER) -> None:
    """Somebody says that this record is true: its owner (an address) or one of the staff (a name)."""
    mark(row, by)
    history.record(f"{type(row).__name__.lower()}.confirmed", row, by=actor)


def mark(row: Any, by: str) -> None:
    """Notes that a record is true today; the event is that of whoever calls.

    What is published does not change, so neither does its version: whoever is editing it is not stopped.
    """
    same = db.update(type(row)).where(type(row).id == row.id)
    db.session.execute(same.values(confirmed_at=clock.now(), confirmed_by=by))
