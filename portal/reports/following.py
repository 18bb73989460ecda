"""Following the history: which days are to be counted again. The doors that made it pay nothing for it.

What happened to a contact touches its own day; whose it is and what it is about touch the seven days around it, which
wait for the night.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select, union

from portal import clock
from portal.cases.models import Promise
from portal.citizens.models import Citizen, Merge
from portal.contacts.models import Contact
from portal.database import db, insert, locked
from portal.history import Event
from portal.referrals.models import Referral
from portal.reports import days
from portal.reports.coming_back import WEEK
from portal.reports.days import Zones
from portal.reports.models import DayToCount, Following, Tally
from portal.staff.models import Staff

OVERLAP = timedelta(minutes=2)  # longer than any transaction that writes history
TODAY_AFTER = timedelta(minutes=1)  # a day that goes on is counted so often
AFTER = timedelta(minutes=10)
ANOTHER_TRY = timedelta(hours=1)
NIGHT = time(3)
AT_ONCE = 500  # rows of one INSERT
COUNTED_AS = 2  # another number here has every day counted again after an upgrade

Mark = tuple[int, date]


def follow() -> set[tuple[int, datetime]]:
    """Marks the days touched since the last time, each its organization's own; returns the quarters of an hour whose
    calls are to be counted now: of which organization, and when they begin."""
    zones = Zones()
    row = db.session.scalar(locked(db.select(Following)))
    if row is None:
        _begin()
        return set()
    _ripen(row, zones)
    above = db.session.execute(
        db.select(db.func.max(Event.id), db.func.count()).where(Event.id > row.sure_id)
    ).one()
    if above[1] == row.heard:
        _move_on(row, above[0])
        return set()
    touched = _touched(row.sure_id)
    _mark_touched(touched, zones)
    mark(_days_of_merged(row.sure_id, zones), _next_night())
    row.heard = above[1]
    _move_on(row, above[0])
    return {
        (one.organization_id, days.quarter_of(one.started_at)) for one in touched if one.channel == "phone"
    }


def mark(marks: Iterable[Mark], due_at: datetime) -> None:
    """These days are to be counted again, no later than before."""
    rows = [{"organization_id": of, "day": day, "due_at": due_at} for of, day in sorted(set(marks))]
    for n in range(0, len(rows), AT_ONCE):
        statement = insert(DayToCount).values(rows[n : n + AT_ONCE])
        sooner = db.case(
            (statement.excluded.due_at < DayToCount.due_at, statement.excluded.due_at),
            else_=DayToCount.due_at,
        )
        keys = ["organization_id", "day"]
        db.session.execute(statement.on_conflict_do_update(index_elements=keys, set_={"due_at": sooner}))


def mark_all(since: date | None = None, until: date | None = None) -> None:
    """Every day that had contacts is to be counted now, or those of a period."""
    zones = Zones()
    query = db.select(Contact.organization_id, db.func.min(Contact.started_at, type_=Contact.started_at.type))
    for of, first in db.session.execute(query.group_by(Contact.organization_id)).all():
        begins = max(filter(None, (days.day_of(first, zones[of]), since)))
        ends = min(filter(None, (days.today(zones[of]), until)))
        mark(((of, day) for day in days.each(begins, ends)), clock.now())


def count_again() -> None:
    """Has counted again what was counted otherwise: all of it by an older version; or the days of an organization that
    has said since where it is."""
    row = db.session.scalar(locked(db.select(Following)))
    if row is None:  # nothing is counted yet
        return
    now, before = _zones_of_staff(), row.zones
    everything = row.counted_as != COUNTED_AS
    for of, zone in now.items():
        if everything or zone != before.get(of, clock.wall()):
            _mark_whole(int(of), zone)
    row.counted_as = COUNTED_AS
    if now != before:
        row.zones = now


def _zones_of_staff() -> dict[str, str]:
    """Where the organizations are that somebody works for here."""
    zones = Zones()
    return {str(of): zones[of] for of in db.session.scalars(db.select(Staff.organization_id).distinct())}


def _mark_whole(of: int, timezone: str) -> None:
    """All the days of an organization, those that only the former count knows included."""
    started = db.func.min(Contact.started_at, type_=Contact.started_at.type)
    first = db.session.scalar(db.select(started).where(Contact.organization_id == of))
    known = db.select(db.func.min(Tally.day), db.func.max(Tally.day)).where(Tally.organization_id == of)
    ends = [day for day in db.session.execute(known).one() if day is not None]
    if first is not None:
        ends += [days.day_of(first, timezone), days.today(timezone)]
    if ends:
        mark(((of, day) for day in days.each(min(ends), max(ends))), clock.now())


def due(limit: int = 100, *, all_marked: bool = False) -> list[Mark]:
    """The days to be counted now, the latest first: what is looked at most."""
    query = db.select(DayToCount.organization_id, DayToCount.day)
    if not all_marked:
        query = query.where(DayToCount.due_at <= clock.now())
    rows: list[Any] = list(db.session.execute(query.order_by(DayToCount.day.desc()).limit(limit)))
    return [(of, day) for of, day in rows]


def put_off(marks: list[Mark], since: datetime) -> None:
    """Those of these days that are still due as they were then: they could not be counted."""
    those = db.tuple_(DayToCount.organization_id, DayToCount.day).in_(marks)
    left = db.update(DayToCount).where(those, DayToCount.due_at <= since)
    db.session.execute(left.values(due_at=clock.now() + ANOTHER_TRY))


def _begin() -> None:
    """From here on; and all that was there before."""
    last = db.session.scalar(db.select(db.func.max(Event.id))) or 0
    known = {"ripe_on": clock.local_day(), "zones": _zones_of_staff(), "counted_as": COUNTED_AS}
    db.session.add(Following(sure_id=last, seen_id=last, **known))
    mark_all()


def _move_on(row: Following, last: int | None) -> None:
    """What was seen long enough ago is sure: nothing before it can still be committed."""
    now = clock.now()
    if now - row.seen_at < OVERLAP:
        return
    row.sure_id = row.seen_id
    row.seen_id, row.seen_at = last or row.seen_id, now
    row.heard = -1  # what stands above the new mark is read once more


def _touched(since_id: int) -> list[Any]:
    """The contacts that something happened to, in their referrals and promises too."""
    recent = Event.id > since_id
    ids = union(
        select(Event.subject_id).where(recent, Event.subject_type == "contacts"),
        select(Promise.contact_id)
        .join(Event, (Event.subject_type == "promises") & (Event.subject_id == Promise.id))
        .where(recent),
        select(Referral.contact_id)
        .join(Event, (Event.subject_type == "referrals") & (Event.subject_id == Referral.id))
        .where(recent),
    ).subquery()
    query = db.select(Contact.organization_id, Contact.started_at, Contact.channel)
    return list(db.session.execute(query.where(Contact.id.in_(select(ids)))))


def _mark_touched(touched: list[Any], zones: Zones) -> None:
    now = clock.now()
    own = {(one.organization_id, days.day_of(one.started_at, zones[one.organization_id])) for one in touched}
    past = {(of, day) for of, day in own if day < days.today(zones[of])}
    mark(own - past, now + TODAY_AFTER)
    mark(past, now + AFTER)
    near = range(-WEEK.days, WEEK.days + 1)
    around = {(of, day + timedelta(days=n)) for of, day in past for n in near}
    mark(((of, day) for of, day in around - past if day < days.today(zones[of])), _next_night())


def _days_of_merged(since_id: int, zones: Zones) -> set[Mark]:
    """The days on which the people of a merge, made or undone, were in touch: who came back is told by the person."""
    merges = select(Event.subject_id).where(Event.id > since_id, Event.subject_type == "merges")
    sides = union(
        select(Merge.kept_id).where(Merge.id.in_(merges)),
        select(Merge.absorbed_id).where(Merge.id.in_(merges)),
        select(Event.subject_id).where(
            Event.id > since_id, Event.subject_type == "citizens", Event.verb.contains("merge")
        ),
    ).subquery()
    family = select(Citizen.id).where(Citizen.id.in_(select(sides)) | Citizen.person_id.in_(select(sides)))
    query = db.select(Contact.organization_id, Contact.started_at).where(Contact.citizen_id.in_(family))
    return {(of, days.day_of(started, zones[of])) for of, started in db.session.execute(query)}


def _ripen(row: Following, zones: Zones) -> None:
    """Each day, the one whose seven days have just passed is counted again: it is known who did not come back. Where
    the day ends later than by our own clocks, once it has."""
    today = clock.local_day()
    if row.ripe_on == today:
        return
    first, last = (row.ripe_on or today) - WEEK, today - WEEK - timedelta(days=1)
    query = db.select(Tally.organization_id, Tally.day).where(Tally.day >= first, Tally.day <= last)
    for of, day in db.session.execute(query.distinct()).all():
        mark([(of, day)], max(clock.now(), days.bounds(day, zones[of])[1] + WEEK))
    row.ripe_on = today


def _next_night() -> datetime:
    """When few are at work by our own clocks."""
    return days.begins(clock.local_day() + timedelta(days=1), clock.wall(), NIGHT)
