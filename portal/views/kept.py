"""What pages ask again and again, and hardly changes: each process reads it again now and then.

Whoever changes it sees it at once, for what was read is forgotten with the commit of a row that it is read from; other
processes find out within `FRESH_S`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar

from flask import current_app, has_app_context
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.articles.models import Topic
from portal.database import db
from portal.directory.appearance.models import Appearance
from portal.directory.finding import communes
from portal.directory.hours import calendars
from portal.directory.hours.calendars import Calendar
from portal.directory.models import Organization, Service
from portal.lines.models import Line
from portal.staff import managing
from portal.staff.models import Staff

FRESH_S = 10
READ_FROM = (Appearance, Line, Organization, Service, Staff, Topic)
WRITTEN = "kept was written"

Read = TypeVar("Read")


def for_a_while(name: Hashable, read: Callable[[], Read]) -> Read:
    """What `read` gave a short time ago, or gives now. Everybody is handed the same."""
    shelf: dict[Hashable, tuple[float, Read]] = current_app.extensions.setdefault("kept", {})
    now, found = time.monotonic(), shelf.get(name)
    if found is None or not 0 <= now - found[0] < FRESH_S:
        found = shelf[name] = now, read()
    return found[1]


def calendar_of(organization_id: int) -> Calendar:
    """The calendar that an organization keeps where it is."""
    return for_a_while(("calendar", organization_id), lambda: calendars.of_organization(organization_id))


def topics() -> list[tuple[int, str]]:
    """The topics in their order, by their number, as staff read them."""
    return list(for_a_while("topics", _read_topics))


def names_of(staff_ids: Iterable[int | None]) -> dict[int, str]:
    """The names of these members, by id; None is nobody's."""
    known: dict[int, str] = for_a_while("names", dict)
    ids = {one for one in staff_ids if one is not None}
    if not known.keys() >= ids:
        known.update(managing.names_of(ids - known.keys()))
    return {one: known[one] for one in ids if one in known}


def town_name(code: str) -> str:
    """What the commune of this INSEE code is called; nothing for a code of none."""
    known: dict[str, str] = for_a_while("towns", dict)
    if code not in known:
        town = communes.town(code)
        known[code] = town.name if town else ""
    return known[code]


def _read_topics() -> tuple[tuple[int, str], ...]:
    found = db.session.scalars(db.select(Topic).order_by(Topic.position, Topic.id))
    return tuple((topic.id, topic.names.get("fr", topic.slug)) for topic in found)


@event.listens_for(Session, "after_flush")
def _notice(session: Session, _written: Any) -> None:
    written = (*session.new, *session.dirty, *session.deleted)
    if any(isinstance(one, READ_FROM) for one in written):
        session.info[WRITTEN] = True


@event.listens_for(Session, "after_commit")
def _forget(session: Session) -> None:
    if session.info.pop(WRITTEN, False) and has_app_context():
        current_app.extensions.pop("kept", None)
