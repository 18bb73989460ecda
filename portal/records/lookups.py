"""What somebody looked for, kept for a while under a random name: its page is shown again, paged and shared between
tabs without a name, a number or a word of anybody's in an address or a log."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.orm import Session

from portal import clock
from portal.database import db
from portal.errors import Missing
from portal.history import Person
from portal.records.models import Lookup

KEPT = timedelta(hours=12)


def new_name() -> str:
    """A name that nobody guesses."""
    return secrets.token_urlsafe(12)


def keep_lookup(session: Session, name: str, staff_id: int, asked: Mapping[str, str]) -> None:
    """Keeps what was asked, field by field; what was kept yesterday is forgotten."""
    forget_lookups(session)
    session.add(Lookup(name=name, staff_id=staff_id, asked=dict(asked)))


def find_lookup(name: str, field: str, *, by: Person) -> Lookup:
    """One's own, of those asked in this field; nobody else's exists."""
    lookup = db.session.get(Lookup, name)
    if (
        lookup is None
        or lookup.staff_id != by.id
        or lookup.at < clock.now() - KEPT
        or field not in lookup.asked
    ):
        raise Missing
    return lookup


def forget_lookups(session: Session) -> None:
    session.execute(db.delete(Lookup).where(Lookup.at < clock.now() - KEPT))
