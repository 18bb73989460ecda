"""How many come before, and about how long it takes: told to whoever waits, and never better than it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean
from typing import Any

from sqlalchemy import Select

from portal import clock
from portal.contacts.models import Contact
from portal.database import db
from portal.desk.matching import rank_of
from portal.desk.models import Place, Presence, Queue, queue_agents

IN_LINE = ("waiting", "offered")
MEASURED, ENOUGH = 50, 10  # the last calls that tell the handling time; fewer tell nothing
STEPS = (60, 120, 180, 240, 300, 480, 600, 900, 1200)  # waits as they are told: no false precision
FOR_LONG = 1201  # more than the last of them
TOLERANCE = timedelta(minutes=1)
SOON = timedelta(minutes=1)  # a call-back put off until then comes before all the same
LONGEST_CALL_S = 3600  # a call whose end was lost must not weigh for ever


@dataclass(frozen=True, slots=True)
class Announcement:
    """What whoever waits is told. `wait_s` is one of STEPS, FOR_LONG, or None when nobody on duty can answer."""

    rank: int
    wait_s: int | None
    longer: bool  # than what was told before
    overtaken: bool  # by somebody more urgent


def position(place: Place) -> int:
    """1 for who is next in the queue."""
    return _estimate(place)[0]


def expected_wait_s(place: Place) -> int | None:
    """About how many seconds until an agent answers; None when nobody on duty serves the queue."""
    return _estimate(place)[1]


def announce(place: Place) -> Announcement:
    """What to tell now, noted as told. What is told never grows without a word that it does: either the wait told
    last still holds, give or take a minute, or it is longer than announced."""
    now, (rank, expected) = clock.now(), _estimate(place)
    wait, longer = in_steps(expected), False
    overtaken = place.announced_rank is not None and rank > place.announced_rank
    told = place.announced_s if place.announced_at else None
    if told is not None and told < FOR_LONG and wait is not None:
        holds = (place.announced_at or now) + timedelta(seconds=told) + TOLERANCE
        longer = now + timedelta(seconds=expected or 0) > holds
        wait = wait if longer else min(wait, told)
    again = wait == told and not longer
    noted = {"announced_rank": rank} if again else {**_noted(wait, now), "announced_rank": rank}
    # beside the version: telling somebody how long is no change that another could overwrite
    db.session.execute(db.update(Place).where(Place.id == place.id).values(**noted))
    return Announcement(rank, wait, longer, overtaken)


def in_steps(seconds: float | None) -> int | None:
    """A wait as it is told, rounded up: to the minute, then ever more roughly."""
    if seconds is None:
        return None
    return next((step for step in STEPS if seconds <= step), FOR_LONG)


def _noted(wait: int | None, now: datetime) -> dict[str, Any]:
    return {"announced_s": wait, "announced_at": now if wait is not None else None}


def _estimate(place: Place) -> tuple[int, int | None]:
    """The rank in the queue, and the wait in seconds.

    Agents take one call after another: with n of them and a mean handling time h, one is free every h/n. Whoever they
    also answer in other queues comes before in the measure of the agents that those queues share with this one.
    """
    serving = _on_duty(place.organization_id)
    ours = serving.get(place.queue_id, set())
    shared = {queue_id: len(ours & theirs) / len(theirs) for queue_id, theirs in serving.items()}
    queues = list(db.session.scalars(db.select(Queue).where(Queue.id.in_([q for q in shared if shared[q]]))))
    ahead = _ahead(place, queues)
    rank = ahead.get(place.queue_id, 0) + 1
    if not ours:
        return rank, None
    handling = _handling(queues)
    before = sum(ahead.get(one.id, 0) * shared[one.id] * handling[one.id] for one in queues)
    return rank, round((before + handling[place.queue_id]) / len(ours))


def handling_s(queue: Queue) -> float:
    """Mean time from an answer to the end of the wrap-up, over the queue's last calls."""
    return _handling([queue])[queue.id]


def _handling(queues: Sequence[Queue]) -> dict[int, float]:
    """The handling time of each queue, in one SELECT."""
    last = [_last_calls(queue.id) for queue in queues]
    spoken: dict[int, list[float]] = {queue.id: [] for queue in queues}
    rows: list[Any] = list(db.session.execute(db.union_all(*last))) if last else []
    for queue_id, answered, ended in rows:
        if ended > answered:
            spoken[queue_id].append(min((ended - answered).total_seconds(), LONGEST_CALL_S))
    return {
        queue.id: fmean(spoken[queue.id]) + queue.wrap_up_s
        if len(spoken[queue.id]) >= ENOUGH
        else queue.handling_s
        for queue in queues
    }


def _last_calls(queue_id: int) -> Select[Any]:
    query = db.select(Place.queue_id, Contact.answered_at, Contact.ended_at)
    query = query.join(Contact, Place.contact_id == Contact.id).where(
        Place.queue_id == queue_id,
        Place.state == "answered",
        Contact.answered_at.is_not(None),
        Contact.ended_at.is_not(None),
    )
    return db.select(query.order_by(Place.ended_at.desc()).limit(MEASURED).subquery())


def _ahead(place: Place, queues: list[Queue]) -> dict[int, int]:
    """How many come before this place in its queue and in these."""
    now = clock.now()
    rank = rank_of({place.queue, *queues}, now)
    mine = db.session.scalar(db.select(rank).where(Place.id == place.id))
    query = db.select(Place.queue_id, db.func.count(Place.id)).where(
        Place.organization_id == place.organization_id,
        Place.state.in_(IN_LINE),
        Place.queue_id.in_({place.queue_id, *(queue.id for queue in queues)}),
        Place.not_before.is_(None) | (Place.not_before <= now + SOON),
        db.tuple_(rank, Place.since, Place.id) < (mine, place.since, place.id),
    )
    return {row[0]: row[1] for row in db.session.execute(query.group_by(Place.queue_id))}


def _on_duty(organization_id: int) -> dict[int, set[int]]:
    """Who on duty serves each queue; a break ends soon, and counts for nothing until then."""
    query = db.select(queue_agents.c.queue_id, Presence.staff_id)
    query = query.join(Presence, Presence.staff_id == queue_agents.c.staff_id)
    query = query.where(
        Presence.organization_id == organization_id, Presence.state.in_(("available", "busy", "wrap_up"))
    )
    serving: dict[int, set[int]] = {}
    for queue_id, staff_id in db.session.execute(query):
        serving.setdefault(queue_id, set()).add(staff_id)
    return serving
