"""Who else has a page open, and who types in it: presence, not a lock. Rows that live for a minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam

from portal import clock
from portal.database import db, insert
from portal.history import Person
from portal.staff.models import Onlooker, Staff

HERE = timedelta(seconds=50)  # two beats may be missed
TYPES = timedelta(seconds=15)
LASTS = timedelta(minutes=10)  # then the row goes


@dataclass(frozen=True, slots=True)
class Other:
    """A colleague who has the same page open."""

    name: str
    types: bool


def look(page: str, *, by: Person, types: bool) -> None:
    """This person has the page open, and may be typing."""
    now = clock.now()
    statement = insert(Onlooker).values(
        page=page, staff_id=by.id, seen_at=now, typed_at=now if types else None
    )
    seen = {"seen_at": now, **({"typed_at": now} if types else {})}
    db.session.execute(statement.on_conflict_do_update(index_elements=["page", "staff_id"], set_=seen))


def leave(page: str, *, by: Person) -> None:
    """This person has left the page."""
    db.session.execute(db.delete(Onlooker).filter_by(page=page, staff_id=by.id))


def others(page: str, *, by: Person) -> list[Other]:
    """The colleagues of one's own organization who have this page open now, those who type first."""
    now = clock.now()
    rows = db.session.execute(on_a_page(), asked_of(page, by))
    found = [
        Other(f"{first} {last}", typed is not None and typed > now - TYPES) for typed, first, last in rows
    ]
    return sorted(found, key=lambda other: (not other.types, other.name))


def asked_of(page: str, by: Person) -> dict[str, Any]:
    """What `on_a_page` asks for."""
    here = clock.now() - HERE
    return {"page": page, "here_since": here, "me": by.id, "organization": by.organization_id}


@cache
def on_a_page() -> Select[datetime | None, str, str]:
    """Asked by each page that is opened: made once a process."""
    query = db.select(Onlooker.typed_at, Staff.first_name, Staff.last_name)
    query = query.join(Staff, Staff.id == Onlooker.staff_id)
    query = query.where(Onlooker.page == bindparam("page"), Onlooker.seen_at > bindparam("here_since"))
    return query.where(
        Onlooker.staff_id != bindparam("me"), Staff.organization_id == bindparam("organization")
    )


def forget_old() -> None:
    """Takes away the rows of pages closed long ago."""
    db.session.execute(db.delete(Onlooker).where(Onlooker.seen_at < clock.now() - LASTS))
