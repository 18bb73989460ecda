"""What somebody was typing when they left a page, or when their session ended: kept for them alone, a few days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam

from portal import clock
from portal.database import db, insert
from portal.staff.models import Jotting

LASTS = timedelta(days=7)
LONGEST = 10_000
MOST_FIELDS = 60  # of a page
MOST_KEPT = 300  # of one person: older ones go


def jot(staff_id: int, page: str, typed: Mapping[str, tuple[str, str | None]]) -> None:
    """Keeps what was typed in these fields, and over what. What says again what it was typed over is forgotten."""
    known = {one.field: one for one in of(staff_id, page)}
    for field, (words, before) in list(typed.items())[:MOST_FIELDS]:
        over = known[field].over if field in known else before
        if over is not None and same(words, over):
            forget(staff_id, page, [field])
        else:
            _keep(staff_id, page, field[:80], words[:LONGEST], over)


def _keep(staff_id: int, page: str, field: str, words: str, over: str | None) -> None:
    over = over[:LONGEST] if over is not None else None
    statement = insert(Jotting).values(
        staff_id=staff_id, page=page, field=field, typed=words, over=over, at=clock.now()
    )
    keys = ["staff_id", "page", "field"]
    again = statement.on_conflict_do_update(index_elements=keys, set_={"typed": words, "at": clock.now()})
    db.session.execute(again)


def of(staff_id: int, page: str) -> list[Jotting]:
    """What this person was typing on a page and has not sent."""
    asked = {"staff": staff_id, "page": page, "since": clock.now() - LASTS}
    return list(db.session.scalars(_on_a_page(), asked))


@cache
def _on_a_page() -> Select[Jotting]:
    """Asked by each page that is opened: made once a process."""
    query = db.select(Jotting).filter_by(staff_id=bindparam("staff"), page=bindparam("page"))
    query = query.where(Jotting.at > bindparam("since")).order_by(Jotting.field)
    return query.execution_options(populate_existing=True)


def forget(staff_id: int, page: str, fields: Iterable[str] | None = None) -> None:
    """It was sent, or is not wanted: all of the page, or these fields."""
    query = db.delete(Jotting).filter_by(staff_id=staff_id, page=page)
    if fields is not None:
        query = query.where(Jotting.field.in_(list(fields)))
    db.session.execute(query)


def forget_old(most: int = 500) -> int:
    """Forgets what is older than some days, and what somebody has too much of; how many were, at most twice `most`."""
    key = (Jotting.staff_id, Jotting.page, Jotting.field)
    old = db.select(*key).where(Jotting.at < clock.now() - LASTS).limit(most)
    forgotten = _forget_all(old)
    rank = db.func.row_number().over(partition_by=Jotting.staff_id, order_by=Jotting.at.desc())
    ranked = db.select(*key, rank.label("rank")).subquery()
    excess = db.select(ranked.c.staff_id, ranked.c.page, ranked.c.field).where(ranked.c.rank > MOST_KEPT)
    return forgotten + _forget_all(excess.limit(most))


def _forget_all(query: Select[Any]) -> int:
    rows = list(db.session.execute(query))
    for staff_id, page, field in rows:
        forget(staff_id, page, [field])
    return len(rows)


def same(words: str, over: str) -> bool:
    """Whether both say the same, however lines end."""
    return words.replace("\r\n", "\n").strip() == over.replace("\r\n", "\n").strip()
