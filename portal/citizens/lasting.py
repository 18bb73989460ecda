"""What is known of a citizen until a day: a flag, a relation. It holds until the end of that day, where it was said."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.sql import ColumnElement

from portal import clock
from portal.citizens.models import Flag, Relation
from portal.errors import N_, Refused


def read_end(last: date | None, timezone: str, *, field: str) -> datetime | None:
    """When this last day is over there; None where no day was said. Refuses one that is over already."""
    ends_at = clock.over_at(last, timezone) if last else None
    if ends_at is not None and ends_at <= clock.now():
        raise Refused(N_("Cette date est déjà passée."), field=field)
    return ends_at


def lasts(what: type[Flag | Relation]) -> ColumnElement[bool]:
    """In a query: that it has not ended."""
    return what.ends_at.is_(None) | (what.ends_at > clock.now())
