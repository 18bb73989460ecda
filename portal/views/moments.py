"""What was said, a page at a time, the latest first: an exchange may have thousands of messages.

Whatever has its place in time (a message, a note, an answer by word of mouth) is counted and put in order by the
database, which gives the places of one page; only those are then read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, literal

from portal.contacts.letters import corresponding
from portal.contacts.models import Message
from portal.database import db
from portal.views.paging import last_page, page_asked

MOST_SAID = 100  # on a page


class Place(NamedTuple):
    """One thing that was said: what kind of thing, which row, when."""

    kind: str
    id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """Places in the order of time. `number`: 1 has the latest; `earlier`: how many came before."""

    places: Sequence[Place]
    number: int
    earlier: int

    def ids(self, kind: str) -> list[int]:
        return [place.id for place in self.places if place.kind == kind]

    def messages(self) -> dict[int, Message]:
        """The messages of this page, by their number, in the order of time."""
        found = {one.id: one for one in corresponding.read_whole(self.ids("message"))}
        return {number: found[number] for number in self.ids("message") if number in found}


def places(kind: str, row: Any, at: Any, *which: ColumnElement[bool]) -> Select[Any]:
    """The places of rows of one kind."""
    return db.select(literal(kind).label("kind"), row.id.label("id"), at.label("at")).where(*which)


def messages(*which: ColumnElement[bool]) -> Select[Any]:
    return places("message", Message, Message.at, *which)


def page_of(*kinds: Select[Any]) -> Page:
    """The page that is asked for of all these together; the last there is, where there are no more."""
    every = db.union_all(*kinds).subquery().c
    total = db.session.scalar(db.select(db.func.count()).select_from(every.at.table)) or 0
    number = min(page_asked(), last_page(total, MOST_SAID))
    query = db.select(every.kind, every.id, every.at)
    query = query.order_by(every.at.desc(), every.kind, every.id.desc())
    found = db.session.execute(query.limit(MOST_SAID).offset(MOST_SAID * (number - 1)))
    shown = [Place(*row) for row in found][::-1]
    return Page(shown, number, max(0, total - MOST_SAID * number))
