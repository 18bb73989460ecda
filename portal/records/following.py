"""Following what happens: each event, and each message, has the records it touches written anew.

The logs are read by number, from a mark that moves in the transaction that writes the records: killed at any
instant, the follower goes on where it was. On PostgreSQL a number may be committed after a greater one: those
passed over are looked for again for as long as any transaction may last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, or_

from portal import clock
from portal.cases.lists import activity
from portal.cases.models import Check, Deed, Note, Promise, Question
from portal.contacts.models import Message, Recording
from portal.database import db, locked
from portal.history import Event
from portal.records.keeping import Tally, keep
from portal.records.models import CASE, CITIZEN, CONTACT, Mark

A_BATCH = 100  # rows of a log at once: on SQLite the one lock is held meanwhile
LATEST = timedelta(minutes=10)  # a transaction that lasts longer was cut long since
MOST_HOLES = 100
Times = dict[int, datetime]


class Seen(NamedTuple):
    """A row of a log: its number, when it was written, and what it touched."""

    id: int
    at: datetime
    table: str
    subject_id: int


def follow(tally: Tally, *, most: int = A_BATCH, skipping: bool = False) -> bool:
    """Takes up some of what has happened, or only passes it by; False when there was nothing more. The caller
    commits."""
    for log, read in (("events", _events), ("messages", _messages)):
        mark = _mark(log)
        rows = read(_after(mark, Event.id if log == "events" else Message.id), most)
        if rows:
            move(mark, [row.id for row in rows], clock.now())
            touched = {} if skipping else _touched(rows)
            activity.note(touched.get(CASE, {}), touched.get(CONTACT, {}))
            for kind, ids in touched.items():
                if ids:
                    keep(kind, ids, tally)
            return True
    return False


def skip() -> None:
    """All that has happened is taken up already: what was begun earlier and comes later is still looked for."""
    for log, table in (("events", Event), ("messages", Message)):
        last = db.session.scalar(db.select(func.max(table.id))) or 0
        mark = _mark(log)
        mark.last = max(mark.last, last)


def _mark(log: str) -> Mark:
    """Held until the commit: one follower at a time."""
    mark = db.session.scalar(locked(db.select(Mark).filter_by(log=log)))
    if mark is None:
        mark = Mark(log=log, last=0, holes=[])
        db.session.add(mark)
        db.session.flush()
    return mark


def _after(mark: Mark, number: Any) -> ColumnElement[bool]:
    passed = (number.between(hole["first"], hole["last"]) for hole in mark.holes)
    return or_(number > mark.last, *passed)


def _events(which: ColumnElement[bool], most: int) -> list[Seen]:
    query = db.select(Event.id, Event.at, Event.subject_type, Event.subject_id).where(which)
    rows = db.session.execute(query.order_by(Event.id).limit(most))
    return [Seen(*row) for row in rows]


def _messages(which: ColumnElement[bool], most: int) -> list[Seen]:
    """A citizen's further message is no event: its row says that it came."""
    query = db.select(Message.id, Message.at, Message.contact_id).where(which)
    rows = db.session.execute(query.order_by(Message.id).limit(most))
    return [Seen(row.id, row.at, "contacts", row.contact_id) for row in rows]


def move(mark: Mark, found: list[int], now: datetime) -> None:
    """The mark after these numbers were found: what they filled, and what they passed over."""
    holes = [{"first": one["first"], "last": one["last"], "since": one["since"]} for one in mark.holes]
    if found[-1] > mark.last:
        if db.engine.dialect.name == "postgresql":  # on SQLite whoever writes is alone: nothing comes late
            holes.append({"first": mark.last + 1, "last": found[-1], "since": now.timestamp()})
        mark.last = found[-1]
    kept = [part for hole in holes for part in _without(hole, found)]
    kept = [hole for hole in kept if hole["since"] > (now - LATEST).timestamp()]
    if len(kept) > MOST_HOLES:  # read some again rather than carry them all
        kept = [{"first": kept[0]["first"], "last": kept[-1]["last"], "since": kept[-1]["since"]}]
    mark.holes = kept


def _without(hole: dict[str, Any], found: Iterable[int]) -> list[dict[str, Any]]:
    """What is left of a hole."""
    left, first = [], hole["first"]
    for number in (n for n in found if hole["first"] <= n <= hole["last"]):
        if number > first:
            left.append({**hole, "first": first, "last": number - 1})
        first = number + 1
    if first <= hole["last"]:
        left.append({**hole, "first": first})
    return left


def _touched(rows: Iterable[Seen]) -> dict[int, Times]:
    """The contacts, cases and citizens that these rows are about, and when each last was."""
    named: dict[str, Times] = defaultdict(dict)
    for row in rows:
        _note(named[row.table], row.subject_id, row.at)
    for deed in db.session.scalars(db.select(Deed).where(Deed.id.in_(named["deeds"]))):
        for change in (one for one in deed.changes if isinstance(one["id"], int)):
            _note(named[change["table"]], change["id"], named["deeds"][deed.id])
    touched = {CONTACT: named["contacts"], CASE: named["cases"], CITIZEN: named["citizens"]}
    for kind, table, owner in OWNED:
        if times := named[table.__tablename__]:
            for one, whose in db.session.execute(db.select(table.id, owner).where(table.id.in_(times))):
                if whose is not None:
                    _note(touched[kind], whose, times[one])
    return touched


def _note(times: Times, one: int, at: datetime) -> None:
    times[one] = max(at, times.get(one, at))


# what stands in a contact's words, or in a case's, though it is a row of its own
OWNED: tuple[tuple[int, Any, Any], ...] = (
    (CONTACT, Message, Message.contact_id),
    (CONTACT, Recording, Recording.contact_id),
    (CONTACT, Question, Question.contact_id),
    (CASE, Note, Note.case_id),
    (CASE, Check, Check.case_id),
    (CASE, Promise, Promise.case_id),
)
