"""Each queue at a glance: how many wait on the line, for how long, who answers, and what to expect."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.contacts.models import Contact
from portal.database import db
from portal.desk import estimating
from portal.desk.models import Offer, Place, Presence, Queue, queue_agents

ON_DUTY = ("available", "busy", "wrap_up")


@dataclass(frozen=True, slots=True)
class QueueNow:
    """`expected_s`: about how long somebody who came now would wait; None when nobody on duty answers."""

    queue: Queue
    waiting: int
    call_backs: int
    since: datetime | None
    on_duty: int
    available: int
    expected_s: int | None


def queues_now(organization_id: int) -> list[QueueNow]:
    """The queues that somebody waits in, or that somebody is on duty for, in their order."""
    query = db.select(Queue).filter_by(organization_id=organization_id).order_by(Queue.position, Queue.id)
    lines, serving = _lines(organization_id), duty(organization_id)
    found = []
    for queue in db.session.scalars(query):
        waiting, call_backs, since = lines.get(queue.id, (0, 0, None))
        on_duty, available = serving.get(queue.id, (0, 0))
        if not (waiting or call_backs or on_duty):
            continue
        expected = _expected_s(queue, waiting + call_backs, on_duty, available)
        found.append(QueueNow(queue, waiting, call_backs, since, on_duty, available, expected))
    return found


def ringing_at(organization_id: int) -> dict[int, int]:
    """At which agent each contact rings now."""
    query = db.select(Offer.live_contact_id, Offer.staff_id).join(
        Contact, Contact.id == Offer.live_contact_id
    )
    live = Offer.live_contact_id.is_not(None)  # said, so that those that are over are not read
    rows: list[Any] = list(db.session.execute(query.where(live, Contact.organization_id == organization_id)))
    return dict(rows)


def _expected_s(queue: Queue, waiting: int, on_duty: int, available: int) -> int | None:
    if not on_duty:
        return None
    if not waiting and available:
        return 0
    return round((waiting + 1) * estimating.handling_s(queue) / on_duty)


def _lines(organization_id: int) -> dict[int, tuple[int, int, datetime | None]]:
    calls = db.func.sum(db.case((Place.kind == "call", 1), else_=0))
    since = db.func.min(Place.since, type_=Place.since.type)
    query = db.select(Place.queue_id, calls, db.func.count(Place.id), since)
    query = query.where(Place.organization_id == organization_id, Place.state.in_(estimating.IN_LINE))
    rows: list[Any] = list(db.session.execute(query.group_by(Place.queue_id)))
    return {queue_id: (waiting, total - waiting, first) for queue_id, waiting, total, first in rows}


def on_duty(organization_id: int, staff_ids: Collection[int] | None = None) -> int:
    """How many agents are on duty, among these or among all."""
    query = db.select(db.func.count(Presence.staff_id)).where(
        Presence.organization_id == organization_id, Presence.state.in_(ON_DUTY)
    )
    query = query if staff_ids is None else query.where(Presence.staff_id.in_(staff_ids))
    return db.session.scalar(query) or 0


def served(organization_id: int, *, but: int) -> set[int]:
    """The queues for which somebody other than this agent is on duty."""
    query = db.select(queue_agents.c.queue_id).distinct()
    query = query.join(Presence, Presence.staff_id == queue_agents.c.staff_id).where(
        Presence.organization_id == organization_id, Presence.state.in_(ON_DUTY), Presence.staff_id != but
    )
    return set(db.session.scalars(query))


def duty(organization_id: int) -> dict[int, tuple[int, int]]:
    """How many are on duty for each queue, and how many of them are free."""
    available = db.func.sum(db.case((Presence.state == "available", 1), else_=0))
    query = db.select(queue_agents.c.queue_id, db.func.count(Presence.staff_id), available)
    query = query.join(Presence, Presence.staff_id == queue_agents.c.staff_id).where(
        Presence.organization_id == organization_id, Presence.state.in_(ON_DUTY)
    )
    rows: list[Any] = list(db.session.execute(query.group_by(queue_agents.c.queue_id)))
    return {queue_id: (on_duty, free) for queue_id, on_duty, free in rows}
