"""Looking words up in the records, newest first.

A frequent word over a million records would be sorted whole to show twenty. So it is looked for together with the
weeks or months it may stand in: in the last two weeks, then further back, until there is enough to show. Files of
citizens are few, and are not looked for by date.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, cast, column, or_, table
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
            found = _proposed(query, since, until, after)
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


def _proposed(query: Query, since: datetime, until: datetime, after: Place | None) -> list[Place]:
    marks = words.marks_between(query.kind, query.organization_id, since, until)
    all_of = [*([one] for one in (*query.terms, *query.facets)), marks]
    dialect = db.engine.dialect.name
    asked: dict[str, Any] = {"since": since, "until": until}
    asked["words"] = _asked(all_of, dialect, prefix=query.kind == CITIZEN)
    if after:
        asked |= {"after_at": after.at, "after_id": after.id}
    rows = db.session.execute(_select(dialect, goes_on=after is not None), asked)
    return [Place(at, number) for at, number in rows]


@cache
def _select(dialect: str, *, goes_on: bool) -> Select[Any]:
    """Asked several times a search: made once a process."""
    query = db.select(Record.at, Record.id).where(_says(dialect))
    query = query.where(Record.at > bindparam("since"), Record.at <= bindparam("until"))
    if goes_on:
        before = and_(Record.at == bindparam("after_at"), Record.id < bindparam("after_id"))
        query = query.where(or_(Record.at < bindparam("after_at"), before))
    return query.order_by(Record.at.desc(), Record.id.desc()).limit(AT_ONCE)


def _says(dialect: str) -> ColumnElement[bool]:
    """That a record has the `words` asked for."""
    if dialect == "postgresql":
        return Record.words.op("@@", is_comparison=True)(cast(bindparam("words"), TSQUERY))
    entries = table("record_words", column("rowid"), column("record_words"))
    matching = entries.c.record_words.op("MATCH")(bindparam("words"))
    return Record.id.in_(db.select(entries.c.rowid).where(matching))


def _asked(all_of: list[list[str]], dialect: str, *, prefix: bool) -> str:
    """One word of each of these lists; with `prefix`, those alone in theirs begin a word."""
    if dialect == "postgresql":
        star, either, both, quote = ":*", " | ", " & ", "'"
    else:
        star, either, both, quote = "*", " OR ", " AND ", '"'
    parts = (
        either.join(f"{quote}{one}{quote}{star if prefix and '_' not in one else ''}" for one in some)
        for some in all_of
    )
    return both.join(f"({part})" for part in parts)
