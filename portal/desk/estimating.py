"""How many come before, and about how long it takes: told to whoever waits, and never better than it is."""

from __future__ import annotations

from datetime import timedelta

from portal import clock
from portal.contacts.models import Contact
from portal.database import db
from portal.desk.matching import rank_of
from portal.desk.models import Place, Presence, Queue, queue_agents

IN_LINE = ("waiting", "offered")
MEASURED, ENOUGH = 50, 10  # the last calls that tell the handling time; fewer tell nothing
LONGEST_CALL_S = 3600  # a call whose end was lost must not weigh for ever


def position(place: Place) -> int:
    """1 for who is next in the queue."""
    return _ahead(place, [place.queue])[place.queue_id] + 1


def expected_wait_s(place: Place) -> int | None:
    """About how many seconds until an agent answers; None when nobody on duty serves the queue.

    Agents take one call after another: with n of them and a mean handling time h, one is free every h/n. Whoever they
    also answer in other queues comes before in the measure of the agents that those queues share with this one.
    """
    serving = _on_duty(place.organization_id)
    ours = serving.get(place.queue_id, set())
    if not ours:
        return None
    shared = {queue_id: len(ours & theirs) / len(theirs) for queue_id, theirs in serving.items()}
    queues = list(db.session.scalars(db.select(Queue).where(Queue.id.in_([q for q in shared if shared[q]]))))
    ahead = _ahead(place, queues)
    before = sum(ahead[queue.id] * shared[queue.id] * handling_s(queue) for queue in queues)
    return round((before + handling_s(place.queue)) / len(ours))


def handling_s(queue: Queue) -> float:
    """Mean time from an answer to the end of the wrap-up, over the queue's last calls."""
    query = db.select(Contact.answered_at, Contact.ended_at).join(Place, Place.contact_id == Contact.id)
    query = query.where(Place.queue_id == queue.id, Place.state == "answered", Contact.ended_at.is_not(None))
    last = db.session.execute(query.order_by(Place.ended_at.desc()).limit(MEASURED)).all()
    spoken = [(ended - answered).total_seconds() for answered, ended in last if answered and ended > answered]
    if len(spoken) < ENOUGH:
        return queue.handling_s
    return sum(min(one, LONGEST_CALL_S) for one in spoken) / len(spoken) + queue.wrap_up_s


def _ahead(place: Place, queues: list[Queue]) -> dict[int, int]:
    """How many come before this place in each of these queues."""
    now = clock.now()
    rank = rank_of([*queues, place.queue], now)
    mine = db.session.scalar(db.select(rank).where(Place.id == place.id))
    before = db.tuple_(rank, Place.since, Place.id) < (mine, place.since, place.id)
    query = db.select(Place.queue_id, db.func.count(Place.id)).where(
        Place.organization_id == place.organization_id,
        Place.state.in_(IN_LINE),
        Place.queue_id.in_([queue.id for queue in queues]),
        Place.not_before.is_(None) | (Place.not_before <= now + timedelta(minutes=1)),
        before,
    )
    counted: dict[int, int] = {row[0]: row[1] for row in db.session.execute(query.group_by(Place.queue_id))}
    return {queue.id: counted.get(queue.id, 0) for queue in queues}


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
