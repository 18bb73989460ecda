"""The room now: who waits, for how long, how they were answered today, who answers, what is due.

What waits is read from the few rows that wait, by an index of them alone; what is over comes from the tallies.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from portal import clock
from portal.cases.models import TO_KEEP, Case, Clock, Promise
from portal.contacts.models import VOICEMAIL_WAITS, WRITTEN_WAITS, Contact, Message
from portal.database import db
from portal.desk import overview
from portal.desk.estimating import IN_LINE
from portal.desk.models import PRESENCES, Place, Presence, Queue
from portal.reports import days
from portal.reports.models import NONE, CallTally, Tally
from portal.reports.scope import Scope
from portal.staff.models import Staff

GIVEN_UP_WITHIN = timedelta(days=7)
COUNTED = ("stood", "answered", "within_20", "within_60", "gave_up", "called_back", "waited_s")


@dataclass(slots=True)
class Waits:
    """How many wait, and since when the first of them does."""

    count: int = 0
    since: datetime | None = None

    def add(self, count: int, since: datetime | None) -> None:
        self.count += count
        if since is not None:
            self.since = min(self.since or since, since)


@dataclass(slots=True)
class Calls:
    """How the calls that stood in line were answered. Shares are of all who stood there; None when nobody did."""

    stood: int = 0
    answered: int = 0
    within_20: int = 0
    within_60: int = 0
    gave_up: int = 0
    called_back: int = 0
    waited_s: int = 0

    def add(self, row: Any) -> None:
        for name in COUNTED:
            setattr(self, name, getattr(self, name) + (getattr(row, name) or 0))

    def share(self, name: str) -> float | None:
        return getattr(self, name) / self.stood if self.stood else None

    @property
    def mean_wait_s(self) -> float | None:
        return self.waited_s / self.answered if self.answered else None


@dataclass(slots=True)
class QueueNow:
    id: int
    name: str
    on_the_line: Waits = field(default_factory=Waits)
    to_call_back: int = 0
    written: Waits = field(default_factory=Waits)
    voicemails: Waits = field(default_factory=Waits)
    on_duty: int = 0
    available: int = 0
    today: Calls = field(default_factory=Calls)


@dataclass(slots=True)
class RoomNow:
    """`channels`: who waits on each; `begun`: how many contacts began today on each; `spoken`: how many of these calls
    left a message."""

    at: datetime
    queues: list[QueueNow]
    channels: dict[str, Waits]
    begun: dict[str, int]
    spoken: int
    agents: dict[str, int]
    today: Calls
    promises: int
    promises_late: int
    clocks_late: int

    @property
    def on_the_line(self) -> Waits:
        return _together(one.on_the_line for one in self.queues)

    @property
    def voicemails(self) -> Waits:
        return _together(one.voicemails for one in self.queues)

    @property
    def to_call_back(self) -> int:
        return sum(one.to_call_back for one in self.queues)


def now(scope: Scope, timezone: str, *, only: tuple[int, ...] = ()) -> RoomNow:
    """All of it; `only` narrows it to some queues."""
    queues = _queues(scope, only)
    today = days.begins(days.today(timezone), timezone)
    _note_lines(scope, queues)
    channels = _note_written(scope, queues)
    _note_voicemails(scope, queues)
    _note_duty(scope, queues)
    _note_calls(scope, queues, today)
    calls = Calls()
    for one in queues.values():
        calls.add(one.today)
    due, late = _promises(scope, timezone)
    begun, spoken = _begun(scope, queues, timezone)
    lines = (
        Waits(one.on_the_line.count + one.to_call_back, one.on_the_line.since) for one in queues.values()
    )
    return RoomNow(
        at=clock.now(),
        queues=[
            one for one in queues.values() if one.id != NONE or one.written.count or one.voicemails.count
        ],
        channels={"phone": _together(lines), **channels},
        begun=begun,
        spoken=spoken,
        agents=_agents(scope),
        today=calls,
        promises=due,
        promises_late=late,
        clocks_late=_clocks_late(scope),
    )


def _together(some: Iterable[Waits]) -> Waits:
    found = Waits()
    for one in some:
        found.add(one.count, one.since)
    return found


def _queues(scope: Scope, only: tuple[int, ...]) -> dict[int, QueueNow]:
    """The queues seen, in their order; what stands in none comes last, unless some were asked for."""
    query = db.select(Queue).filter_by(organization_id=scope.organization_id).where(scope.queues(Queue.id))
    query = query.where(Queue.id.in_(only)) if only else query
    rows = db.session.scalars(query.order_by(Queue.position, Queue.id))
    found = {one.id: QueueNow(one.id, one.name) for one in rows}
    if not only and scope.queue_ids is None:
        found[NONE] = QueueNow(NONE, "Sans file")
    return found


def _note_lines(scope: Scope, queues: dict[int, QueueNow]) -> None:
    query = db.select(
        Place.queue_id, Place.kind, db.func.count(), db.func.min(Place.since, type_=Place.since.type)
    )
    query = query.where(Place.organization_id == scope.organization_id, Place.state.in_(IN_LINE))
    for queue_id, kind, count, since in db.session.execute(query.group_by(Place.queue_id, Place.kind)):
        if queue_id in queues and kind == "call":
            queues[queue_id].on_the_line.add(count, since)
        elif queue_id in queues:
            queues[queue_id].to_call_back += count
    for queue_id, count in db.session.execute(_given_up(queues)):
        queues[queue_id].to_call_back += count


def _given_up(queues: dict[int, QueueNow]) -> Any:
    """How many hung up in line lately, in each queue, and that nobody has taken up: the desk proposes to call them."""
    query = db.select(Place.queue_id, db.func.count()).join(Contact, Contact.id == Place.contact_id)
    lately = Place.ended_at >= clock.now() - GIVEN_UP_WITHIN
    query = query.where(Place.queue_id.in_(queues), Place.state == "proposed", lately)
    return query.where(Contact.state == "open").group_by(Place.queue_id)


def _note_written(scope: Scope, queues: dict[int, QueueNow]) -> dict[str, Waits]:
    """What was written and waits, by queue; the same by channel."""
    started = db.func.min(Contact.started_at, type_=Contact.started_at.type)
    query = db.select(Contact.queue_id, Contact.channel, db.func.count(), started)
    query = query.where(Contact.organization_id == scope.organization_id, WRITTEN_WAITS)
    channels: dict[str, Waits] = {}
    for queue_id, channel, count, since in db.session.execute(
        query.group_by(Contact.queue_id, Contact.channel)
    ):
        queue = queues.get(queue_id or NONE)
        if queue is not None:
            queue.written.add(count, since)
            channels.setdefault(channel, Waits()).add(count, since)
    return channels


def _note_voicemails(scope: Scope, queues: dict[int, QueueNow]) -> None:
    """Messages left on the answering machine that nobody has taken; who is to be called back anyway is counted so."""
    left = db.func.min(Message.at, type_=Message.at.type)
    query = db.select(Contact.queue_id, db.func.count(db.distinct(Contact.id)), left)
    query = query.join(Message, Message.contact_id == Contact.id).where(Message.direction == "in")
    query = query.outerjoin(Place, Place.contact_id == Contact.id)
    elsewhere = Place.state.in_((*IN_LINE, "proposed"))
    query = query.where(Contact.organization_id == scope.organization_id, VOICEMAIL_WAITS)
    query = query.where(Place.id.is_(None) | ~elsewhere).group_by(Contact.queue_id)
    for queue_id, count, since in db.session.execute(query):
        queue = queues.get(queue_id or NONE)
        if queue is not None:
            queue.voicemails.add(count, since)


def _note_duty(scope: Scope, queues: dict[int, QueueNow]) -> None:
    for queue_id, (on_duty, available) in overview.duty(scope.organization_id).items():
        if queue_id in queues:
            queues[queue_id].on_duty, queues[queue_id].available = on_duty, available


def _note_calls(scope: Scope, queues: dict[int, QueueNow], since: datetime) -> None:
    sums = [db.func.sum(getattr(CallTally, name)).label(name) for name in COUNTED]
    query = db.select(CallTally.queue_id, *sums).where(
        CallTally.organization_id == scope.organization_id, CallTally.at >= since
    )
    for row in db.session.execute(query.group_by(CallTally.queue_id)):
        if row.queue_id in queues:
            queues[row.queue_id].today.add(row)


def _begun(scope: Scope, queues: dict[int, QueueNow], timezone: str) -> tuple[dict[str, int], int]:
    sums = (db.func.sum(Tally.contacts), db.func.sum(Tally.voicemails))
    query = db.select(Tally.channel, *sums).where(
        Tally.organization_id == scope.organization_id,
        Tally.day == days.today(timezone),
        Tally.queue_id.in_(queues),
    )
    rows = db.session.execute(query.group_by(Tally.channel)).all()
    return {channel: contacts for channel, contacts, _ in rows}, sum(spoken for *_, spoken in rows)


def _agents(scope: Scope) -> dict[str, int]:
    """How many of the agents seen are in each state; who has not come to the desk yet is away."""
    query = db.select(Presence.state, db.func.count()).where(
        Presence.organization_id == scope.organization_id, scope.staff(Presence.staff_id)
    )
    rows: list[Any] = list(db.session.execute(query.group_by(Presence.state)))
    found: dict[str, int] = dict(rows)
    known = db.select(Presence.staff_id).where(Presence.organization_id == scope.organization_id)
    others = db.select(db.func.count()).where(
        Staff.organization_id == scope.organization_id,
        Staff.role == "agent",
        Staff.disabled_at.is_(None),
        scope.staff(Staff.id),
        Staff.id.not_in(known),
    )
    found["away"] = found.get("away", 0) + (db.session.scalar(others) or 0)
    return {state: found.get(state, 0) for state in PRESENCES}


def _promises(scope: Scope, timezone: str) -> tuple[int, int]:
    """Those due by the end of today and not kept, and how many of them are late already."""
    end = days.bounds(days.today(timezone), timezone)[1]
    late = db.func.sum(db.case((Promise.due_at < clock.now(), 1), else_=0))
    query = db.select(db.func.count(), late).where(
        Promise.organization_id == scope.organization_id,
        TO_KEEP,
        Promise.due_at < end,
        scope.staff(Promise.owner_id),
    )
    row = db.session.execute(query).one()
    return row[0], row[1] or 0


def _clocks_late(scope: Scope) -> int:
    """The matters in which something was due and is not done."""
    query = db.select(db.func.count(db.distinct(Clock.case_id))).where(
        Clock.organization_id == scope.organization_id,
        db.text("clocks.state = 'running'"),
        Clock.due_at < clock.now(),
    )
    if scope.staff_ids is not None:
        query = query.join(Case, Case.id == Clock.case_id).where(scope.staff(Case.owner_id))
    return db.session.scalar(query) or 0
