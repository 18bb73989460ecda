"""Looking words up in the records, newest first.

A frequent word over a million records would be sorted whole to show twenty. So it is looked for together with the
weeks or months it may stand in: in the last two weeks, then further back, until there is enough to show. Files of
citizens are few, and are not looked for by date.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, cast, column, literal, or_, table
from sqlalchemy.dialects.postgresql import TSQUERY

from portal.database import db
from portal.records import words
from portal.records.models import CITIZEN, Record

SPANS = (timedelta(weeks=2), timedelta(days=92), timedelta(days=366))
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
AT_ONCE = 60  # proposed at once: of these, the tables decide


class Place(NamedTuple):
    """Where a list of records goes on: after this one."""

    at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Query:
    """Terms that must all stand in a record (as beginnings of words, for names), of one kind and organization."""

    kind: int
    organization_id: int
    terms: tuple[str, ...]
    since: datetime
    until: datetime
    facets: tuple[str, ...] = ()


def propose(query: Query, after: Place | None = None) -> Iterator[Sequence[Place]]:
    """The records that say it, newest first, some at a time, from those after `after`."""
    whole = (query.since, min(query.until, after.at) if after else query.until)
    for since, until in [whole] if query.kind == CITIZEN else spans(*whole):
        while True:
            rows = db.session.execute(_select(query, since, until, after)).all()
            found = [Place(row.at, row.id) for row in rows]
            if found:
                yield found
            if len(found) < AT_ONCE:
                break
            after = found[-1]


def spans(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """From `until` back to `since`: two weeks, three months, a year, the rest. Each ends where the next one begins."""
    for back in SPANS:
        if until <= since:
            return
        start = max(until - back, since)
        yield start, until
        until = start
    if until > since:
        yield since, until


def _select(query: Query, since: datetime, until: datetime, after: Place | None) -> Select[Any]:
    within = [Record.at > since, Record.at <= until]
    if after:
        within.append(or_(Record.at < after.at, and_(Record.at == after.at, Record.id < after.id)))
    marks = words.marks_between(query.kind, query.organization_id, since, until)
    says = _says([*([one] for one in (*query.terms, *query.facets)), marks], prefix=query.kind == CITIZEN)
    selected = db.select(Record.at, Record.id).where(says, *within)
    return selected.order_by(Record.at.desc(), Record.id.desc()).limit(AT_ONCE)


def _says(all_of: list[list[str]], *, prefix: bool) -> ColumnElement[bool]:
    """That a record has one word of each of these lists; with `prefix`, that those alone in theirs begin a word."""
    if db.engine.dialect.name == "postgresql":
        star, either, both = ":*", " | ", " & "
    else:
        star, either, both = "*", " OR ", " AND "
    parts = (
        either.join(f"'{one}'{star if prefix and '_' not in one else ''}" for one in some) for some in all_of
    )
    asked = both.join(f"({part})" for part in parts)
    if db.engine.dialect.name == "postgresql":
        return Record.words.op("@@", is_comparison=True)(cast(literal(asked), TSQUERY))
    entries = table("record_words", column("rowid"), column("record_words"))
    matching = entries.c.record_words.op("MATCH")(asked.replace("'", '"'))
    return Record.id.in_(db.select(entries.c.rowid).where(matching))
