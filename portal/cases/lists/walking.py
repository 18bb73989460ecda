"""Walking cases in an order, from where the last page ended: the keys of some, each with where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, or_

from portal.cases.lists.filters import Stretch
from portal.cases.lists.narrowing import Conditions, Source, sources
from portal.cases.models import Case, Clock
from portal.database import db

UNDATED = "-"
Placed = tuple[int, str]  # the key of a case, and where it stands


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked for by what is due: of which cases, by clocks or promises, in which stretch of time.

    `walked` is `where` as it is asked while something else is walked (see `narrowing`).
    """

    where: Conditions
    walked: Conditions
    organization_id: int
    sources: list[Source]
    within: Stretch
    dated: bool  # only what something is due of


def by_due(look: Look, after: str, limit: int, *, few: bool) -> list[Placed]:
    """By what is nearest due, then those that nothing is due of."""
    keys: list[Placed] = []
    if not after.startswith(UNDATED):
        walks = [_walk(one, look, after, limit) for one in ([] if few else look.sources)]
        found = _few_due(look, after) if few else merge(*walks)
        keys = [(key, f"{_micros(due)}.{key}") for due, key in islice(found, limit)]
    if len(keys) < limit and not look.dated:
        key = int(after[1:] or 0) if after.startswith(UNDATED) and after[1:].isdigit() else 0
        none = [~source.exists(Case.id, (None, None)) for source in sources("")]
        query = db.select(Case.id).where(*look.where, *none, Case.id > key).order_by(Case.id)
        keys += [(key, f"{UNDATED}{key}") for key in db.session.scalars(query.limit(limit - len(keys)))]
    return keys


def _few_due(look: Look, after: str) -> Iterable[tuple[datetime, int]]:
    """The nearest of each case of few, put in order here."""
    nearest: dict[int, datetime] = {}
    cases = db.select(Case.id).where(*look.where)
    for source in look.sources:
        row = source.model
        query = db.select(row.case_id, db.func.min(row.due_at, type_=row.due_at.type)).group_by(row.case_id)
        query = query.where(row.case_id.in_(cases), *source.live(row), *source.within(row, look.within))
        for case_id, due in db.session.execute(query):
            nearest[case_id] = min(due, nearest.get(case_id, due))
    place = _place(after)
    return sorted((due, key) for key, due in nearest.items() if place is None or (due, key) > place)


def _walk(source: Source, look: Look, after: str, limit: int) -> Sequence[tuple[datetime, int]]:
    """What is due, each case once: at its nearest, and of two at the same instant by the first source."""
    row = source.model
    query = db.select(row.due_at, row.case_id).join(Case, Case.id == row.case_id)
    query = query.where(*look.walked, row.organization_id == look.organization_id, *source.live(row))
    query = query.where(*source.within(row, look.within))
    if place := _place(after):
        query = query.where(row.due_at >= place[0], or_(row.due_at > place[0], row.case_id > place[1]))

    def earlier(other: Any) -> ColumnElement[bool]:
        return or_(other.due_at < row.due_at, (other.due_at == row.due_at) & (other.id < row.id))

    for other in look.sources:
        same, first = other.model is row, other.model is Clock
        nearer = earlier if same else _not_later(row) if first else _before(row)
        query = query.where(~other.exists(row.case_id, look.within, nearer))
    rows = db.session.execute(query.order_by(row.due_at, row.case_id).limit(limit))
    return [(due, case_id) for due, case_id in rows]


def _not_later(row: Any) -> Callable[[Any], ColumnElement[bool]]:
    return lambda other: other.due_at <= row.due_at


def _before(row: Any) -> Callable[[Any], ColumnElement[bool]]:
    return lambda other: other.due_at < row.due_at


def by_age(where: Conditions, after: str, limit: int, *, newest: bool) -> list[Placed]:
    """By their key: the newest first, or the oldest."""
    query = db.select(Case.id).where(*where).order_by(Case.id.desc() if newest else Case.id).limit(limit)
    if after.isdigit() and len(after) < 18:
        query = query.where(Case.id < int(after) if newest else Case.id > int(after))
    return [(key, str(key)) for key in db.session.scalars(query)]


def by_activity(where: Conditions, after: str, limit: int) -> list[Placed]:
    """By when something last happened in them, the latest first."""
    query = db.select(Case.active_at, Case.id).where(*where)
    if place := _place(after):
        query = query.where(db.tuple_(Case.active_at, Case.id) < place)
    rows = db.session.execute(query.order_by(Case.active_at.desc(), Case.id.desc()).limit(limit))
    return [(key, f"{_micros(at)}.{key}") for at, key in rows]


def _place(after: str) -> tuple[datetime, int] | None:
    micros, _, key = after.partition(".")
    if not (micros.isdigit() and key.isdigit() and len(micros) < 18 and len(key) < 18):
        return None
    seconds, rest = divmod(int(micros), 1_000_000)
    return datetime.fromtimestamp(seconds, tz=UTC).replace(microsecond=rest), int(key)


def _micros(due: datetime) -> int:
    return int(due.timestamp()) * 1_000_000 + due.microsecond
