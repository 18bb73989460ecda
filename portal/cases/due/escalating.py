"""Telling of what comes near while it can still be done: its owner first, then those who watch over them.

A clock is told of some working days ahead, as the organization's levels say; a promise the working day before, and
above from noon of its day. Each is told once to each, and what is late is told as late, once. Whoever steps in after a
worker that died does what it left, and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import joinedload

from portal import clock, history, news
from portal.cases import opening
from portal.cases.due import levels
from portal.cases.models import Case, Clock, Promise, ServiceLevel
from portal.database import db, locked
from portal.directory.hours import calendars
from portal.directory.hours.calendars import Calendar
from portal.history import SYSTEM, Person
from portal.staff import teams
from portal.staff.models import Staff

# in working days: before a receipt is late, before silence means something, before a promise is
RECEIPT, SILENCE, PROMISE = (1, 0), (10, 5), 1
NOON, BEFORE = time(12), timedelta(hours=4)
A_PAGE = 500
MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Near:
    """Something of which somebody is to be told; `step` is warned, escalated or missed. Whether it is may be unsure:
    whoever tells of it meets what is `wrong` with it, and the others are told of."""

    table: str  # clocks, promises
    id: int
    step: str
    wrong: Exception | None = None


def watched() -> list[int]:
    """The organizations that have staff."""
    return sorted(db.session.scalars(db.select(Staff.organization_id).distinct()))


def due_soon(organization_id: int) -> list[Near]:
    """All of an organization's that somebody is to be told of now, the most urgent first."""
    calendar, now = calendars.of_organization(organization_id), clock.now()
    rules = levels.levels_of(organization_id)
    found = [
        _near("clocks", one, lambda one: _step_of_clock(one, _ahead(one, rules), calendar, now))
        for one in _running(organization_id, _edge(calendar, _farthest(rules), now))
    ]
    found += [
        _near("promises", one, lambda one: _step_of_promise(one, calendar, now))
        for one in _promised(organization_id, _edge(calendar, PROMISE, now))
    ]
    return [near for near in found if near.step or near.wrong]


def _near(table: str, one: Any, step_of: Callable[[Any], str]) -> Near:
    try:
        return Near(table, one.id, step_of(one))
    except Exception as error:  # whatever is wrong with one
        return Near(table, one.id, "", error)


def tell(near: Near) -> bool:
    """Tells whom it concerns, and writes it down. False if that was done meanwhile, or need not be any more."""
    if near.wrong is not None:
        raise near.wrong
    table = Clock if near.table == "clocks" else Promise
    row = db.session.scalar(locked(db.select(table).filter_by(id=near.id)))
    if row is None or not _still(row, near.step):
        return False
    now = clock.now()
    row.warned_at = row.warned_at or now
    if near.step != "warned":
        row.escalated_at = now
    if near.step == "missed" and isinstance(row, Clock) and row.kind == "silence":
        row.state = "missed"  # it means by now what it means; anything else can still be done
    told = _whom(row, near.step)
    news.tell(f"desk:{row.organization_id}", *(f"staff:{one}" for one in told))
    details = {"due": row.due_at.isoformat(), "told": told}
    if isinstance(row, Clock):
        case = row.case
        details["clock"] = row.kind
        history.record(f"case.{near.step}", case, by=SYSTEM, citizen_id=case.citizen_id, details=details)
    else:
        history.record(f"promise.{near.step}", row, by=SYSTEM, citizen_id=row.citizen_id, details=details)
    return True


def near_of(person: Person) -> list[Clock]:
    """What comes near or is late in their own matters and, for a supervisor, in those that were passed up to them."""
    told = Clock.warned_at.is_not(None)
    mine = (Case.owner_id == person.id) & told
    query = _shown().where(mine)
    if person.role == "supervisor":
        seen = Case.owner_id.is_(None) | Case.owner_id.in_(teams.seen_by(person))
        query = _shown().where(mine | (Clock.escalated_at.is_not(None) & seen))
    query = query.where(Case.organization_id == person.organization_id)
    return list(db.session.scalars(query.order_by(Clock.due_at, Clock.id).limit(MOST_SHOWN)))


def _shown() -> Select[tuple[Clock]]:
    """Clocks that run, late ones with them, of matters that are open."""
    query = db.select(Clock).join(Case).options(joinedload(Clock.case))
    return query.where(Case.state == "open", Clock.state == "running")


def _running(organization_id: int, until: datetime) -> Iterator[Clock]:
    """Page by page in the index of what runs; the matters are read with them."""
    after: tuple[datetime, int] = (datetime.min.replace(tzinfo=UTC), 0)
    query = db.select(Clock).filter_by(organization_id=organization_id, state="running")
    query = query.where(Clock.due_at < until).options(joinedload(Clock.case))
    query = query.order_by(Clock.due_at, Clock.id).limit(A_PAGE)
    while page := db.session.scalars(query.where(db.tuple_(Clock.due_at, Clock.id) > after)).all():
        yield from page
        after = (page[-1].due_at, page[-1].id)


def _promised(organization_id: int, until: datetime) -> list[Promise]:
    untold: ColumnElement[bool] = Promise.warned_at.is_(None) | Promise.escalated_at.is_(None)
    query = db.select(Promise).where(opening.IS_OWED, untold)
    query = query.where(Promise.due_at < until, Promise.organization_id == organization_id)
    return list(db.session.scalars(query.order_by(Promise.due_at, Promise.id)))


def _ahead(one: Clock, rules: Any) -> tuple[int, int]:
    """How many working days ahead its owner, then their supervisors, are told of it."""
    if one.kind in ("receipt", "silence"):
        return RECEIPT if one.kind == "receipt" else SILENCE
    case = one.case
    level = levels.level_for(rules, nature=case.nature, topic_id=case.topic_id, priority=case.priority)
    return level.warn_days, level.escalate_days


def _farthest(rules: Any) -> int:
    own = [one.warn_days for one in rules if isinstance(one, ServiceLevel)]
    return max([SILENCE[0], levels.USUAL.warn_days, *own])


def _edge(calendar: Calendar, days: int, now: datetime) -> datetime:
    """What is due before this is due within so many working days: for none, before offices open again."""
    return calendar.at(calendar.after(calendar.day(now), days + 1), time())


def _step_of_clock(one: Clock, ahead: tuple[int, int], calendar: Calendar, now: datetime) -> str:
    warn, escalate = ahead
    if one.due_at < now:
        return "" if _told_late(one) else "missed"
    if one.escalated_at is None and one.due_at < _edge(calendar, min(warn, escalate), now):
        return "escalated"
    return "warned" if one.warned_at is None and one.due_at < _edge(calendar, warn, now) else ""


def _step_of_promise(one: Promise, calendar: Calendar, now: datetime) -> str:
    noon = calendar.at(calendar.day(one.due_at), NOON)
    if one.escalated_at is None and now >= min(noon, one.due_at - BEFORE):
        return "escalated"
    return "warned" if one.warned_at is None else ""


def _told_late(one: Clock) -> bool:
    return one.escalated_at is not None and one.escalated_at >= one.due_at


def _still(row: Clock | Promise, step: str) -> bool:
    """Whether it is still to be told: it may have been met, moved or told of since it was found."""
    done = row.escalated_at if step == "escalated" else row.warned_at if step == "warned" else None
    if isinstance(row, Promise):
        return row.kept_at is None and row.given_up_at is None and done is None
    if step == "missed":
        return row.state == "running" and row.due_at < clock.now() and not _told_late(row)
    return row.state == "running" and done is None


def _whom(row: Clock | Promise, step: str) -> list[int]:
    """Its owner; before it is late, those above too, as where nobody has it."""
    case = row.case
    owner = row.owner_id if isinstance(row, Promise) else row.case.owner_id
    team = case.team_id if case is not None else None
    told = {owner} if owner is not None else set()
    if step != "warned" or owner is None:
        told |= set(teams.supervisors_over(row.organization_id, owner, team))
    return sorted(told)
