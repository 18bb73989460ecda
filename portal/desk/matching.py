"""Who is offered to whom: the longest-waiting of the best priority, to the agent who has been free the longest.

Called in the transaction of whatever changes something: a place comes in, an agent becomes available. With nothing to
do, because nobody waits or no agent is free, it costs one SELECT.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, literal_column

from portal import clock, history, jobs, news
from portal.contacts.calls import legs
from portal.contacts.models import GOING_ON, Contact, Leg
from portal.database import db
from portal.desk.holding import hold_desk
from portal.desk.models import Offer, Place, Presence, Queue, Skill, queue_agents
from portal.staff.models import Staff
from portal.staff.sessions import is_signed_out

CRISIS, LONG_WAIT, PROTECTED, REPEATED, ORDINARY = 10, 15, 20, 30, 50  # the lowest comes first
PAGE = 20  # places read at a time
# as literal SQL: asked of some state or other, once for all, PostgreSQL looks through all places for the first
WAITING: ColumnElement[str] = literal_column("'waiting'")
PLACING = timedelta(seconds=60)  # a call-back's telephone call may itself wait: one a second is the allowance
MARGIN = timedelta(seconds=15)  # after which an offer that nobody told us the end of is over


@dataclass
class Idle:
    """An agent who may be offered something: the queues they serve, and what they can do."""

    staff_id: int
    since: datetime
    missed: int
    queues: set[int] = field(default_factory=set)
    skills: set[str] = field(default_factory=set)


@dataclass
class Duty:
    """Who is on duty, free or not, and which skills they bring to each queue."""

    staff: set[int]
    skills: dict[int, set[str]]


def match(organization_id: int, *, at_door: Contact | None = None) -> list[Offer]:
    """Offers whatever can be, now. Tried again, it offers nothing twice. The contact that is `at_door` is rung for by
    the door it is at: no worker need send for it."""
    hold_desk(organization_id)
    made: list[Offer] = []
    served = _served_queues(organization_id)
    seen: set[int] = set()
    while served:
        places = _first_in_line(organization_id, served, seen)
        seen.update(place.id for place in places)
        made += _offer_each(organization_id, places, at_door)
        if len(places) < PAGE:
            break
        served = _served_queues(organization_id)
    return made


def make_offer(place: Place, staff_id: int, *, sent_for: bool = True) -> Offer:
    """Rings this agent for this place, whose contact is sent for by a worker. Hold the desk: neither may have another
    offer."""
    now, queue = clock.present(), place.queue
    ring = timedelta(seconds=queue.ring_s) + (PLACING if place.kind == "call_back" else timedelta())
    offer = Offer(
        place_id=place.id,
        contact_id=place.contact_id,
        staff_id=staff_id,
        made_at=now,
        expires_at=now + ring,
        live_contact_id=place.contact_id,
        live_staff_id=staff_id,
    )
    db.session.add(offer)
    place.state = "offered"
    db.session.flush()
    if sent_for:
        jobs.enqueue("connect_call", {"offer": offer.id}, dedupe_key=f"connect_call:{offer.id}")
    jobs.enqueue("expire_offer", {"offer": offer.id}, not_before=offer.expires_at + MARGIN)
    contact = place.contact
    details = {"agent": staff_id, "offer": offer.id}
    history.record(
        "contact.offered", contact, by=history.SYSTEM, citizen_id=contact.citizen_id, details=details
    )
    news.tell(f"staff:{staff_id}", f"desk:{place.organization_id}")
    return offer


def close_offer(offer: Offer, state: str) -> None:
    """The offer is over: its contact and its agent may have another."""
    offer.state, offer.closed_at = state, clock.now()
    offer.live_contact_id = offer.live_staff_id = None
    db.session.flush()
    news.tell(f"staff:{offer.staff_id}", f"desk:{offer.place.organization_id}")


def rank_of(queues: Iterable[Queue], now: datetime) -> ColumnElement[int]:
    """A place's priority, raised by its wait: after the queue's long wait it passes before the favoured, after twice
    that it stands with the crises, among whom the longest waiting is first. So nobody waits for ever."""
    alike: dict[int, list[int]] = {}  # most queues find the same wait long
    for queue in queues:
        alike.setdefault(queue.long_wait_s, []).append(queue.id)
    raised = []
    for times, priority in ((2, CRISIS), (1, LONG_WAIT)):
        long = [
            Place.queue_id.in_(sorted(ids)) & (Place.since <= now - timedelta(seconds=times * wait_s))
            for wait_s, ids in sorted(alike.items())
        ]
        raised.append(((Place.priority > priority) & db.or_(db.false(), *long), priority))
    return db.case(*raised, else_=Place.priority)


def is_due(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """In line, and not put off until later."""
    return (Place.state == WAITING) & (Place.not_before.is_(None) | (Place.not_before <= now))


def _free() -> Select[Any]:
    """Free agents with each queue they serve, if any: available, with a telephone, and nothing that rings there: no
    offer, and no colleague who wants to ask them something."""
    query = db.select(Presence.staff_id, Presence.since, Presence.missed, queue_agents.c.queue_id)
    query = query.outerjoin(queue_agents, queue_agents.c.staff_id == Presence.staff_id)
    query = query.join(Staff, Staff.id == Presence.staff_id)
    query = query.outerjoin(Offer, Offer.live_staff_id == Presence.staff_id)
    asked = Leg.answered_at.is_not(None) | (Leg.at > bindparam("rung_since", callable_=legs.rung_since))
    consulted = db.exists().where(Leg.staff_id == Presence.staff_id, Leg.role == "third", GOING_ON, asked)
    return query.where(
        Presence.state == "available",
        Offer.id.is_(None),
        Staff.phone != "",
        Staff.disabled_at.is_(None),
        ~consulted,
    )


def _served_queues(organization_id: int) -> list[Queue]:
    """The queues that a free agent serves, where somebody waits, and those of whoever was handed to one."""
    now = {"organization": organization_id, "now": clock.now()}
    return list(db.session.scalars(_served(), now))


# Built once a process: whoever comes in or becomes free asks the first, and most of them nothing else.


@cache
def _served() -> Select[Any]:
    organization: BindParameter[int] = bindparam("organization")
    due = (Place.organization_id == organization, is_due(bindparam("now")))
    served = _free().where(Presence.organization_id == organization, queue_agents.c.queue_id.is_not(None))
    handed = db.select(Place.queue_id).where(*due, _handed())
    theirs = Queue.id.in_(served.with_only_columns(queue_agents.c.queue_id)) | Queue.id.in_(handed)
    return db.select(Queue).where(db.exists().where(*due), theirs)


@cache
def _handed() -> ColumnElement[bool]:
    """To a free agent. Few were handed to anybody: a line of hundreds is not compared with whoever is free."""
    free = _free().with_only_columns(Presence.staff_id)
    return Place.only_staff_id.is_not(None) & Place.only_staff_id.in_(free)


@cache
def _free_for() -> Select[Any]:
    """The free agents of some queues, and those of some who are free."""
    serving = queue_agents.c.queue_id.in_(bindparam("queues", expanding=True))
    return _free().where(serving | Presence.staff_id.in_(bindparam("handed", expanding=True)))


def _first_in_line(organization_id: int, queues: Sequence[Queue], seen: Collection[int]) -> list[Place]:
    """Those whose turn comes next in these queues, held."""
    now = clock.now()
    query = db.select(Place).where(
        Place.organization_id == organization_id,
        Place.queue_id.in_([queue.id for queue in queues]) | _handed(),
        is_due(now),
        Place.id.not_in(seen),
    )
    query = query.order_by(rank_of(queues, now), Place.since, Place.id).limit(PAGE)
    query = query.with_for_update(of=Place, key_share=True)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def _offer_each(organization_id: int, places: Sequence[Place], at_door: Contact | None) -> list[Offer]:
    if not places:
        return []
    choosy = any(place.needs or place.only_staff_id for place in places)
    idle = _idle(places, skilled=choosy)
    duty = _duty(organization_id) if choosy else None
    made = []
    for place in places:
        agent = _present(place, idle, duty)
        if agent is not None:
            here = at_door is not None and at_door.id == place.contact_id
            made.append(make_offer(place, agent.staff_id, sent_for=not here))
            idle.remove(agent)
        if not idle:
            break
    return made


def _idle(places: Iterable[Place], *, skilled: bool) -> list[Idle]:
    """The free agents who serve these places' queues, or to whom they were handed; with what they can do, if any of
    these needs it."""
    found: dict[int, Idle] = {}
    asked = {
        "queues": sorted({place.queue_id for place in places}),
        "handed": sorted({place.only_staff_id for place in places if place.only_staff_id}),
    }
    for staff_id, since, missed, queue_id in db.session.execute(_free_for(), asked):
        found.setdefault(staff_id, Idle(staff_id, since, missed)).queues.add(queue_id)
    if skilled:
        for skill in db.session.scalars(db.select(Skill).where(Skill.staff_id.in_(found))):
            found[skill.staff_id].skills.add(skill.name)
    return list(found.values())


def _present(place: Place, idle: list[Idle], duty: Duty | None) -> Idle | None:
    """The best agent for this place who is still signed in; whoever is found gone is away from now on."""
    while (agent := _best(place, idle, duty)) is not None and is_signed_out(agent.staff_id):
        idle.remove(agent)
        presence = db.session.get_one(Presence, agent.staff_id)
        presence.state, presence.since = "away", clock.now()
        history.record(
            "presence.changed", presence, by=history.SYSTEM, details={"to": "away", "why": "signed_out"}
        )
        news.tell(f"staff:{agent.staff_id}", f"desk:{place.organization_id}")
    return agent


def _duty(organization_id: int) -> Duty:
    query = db.select(Presence.staff_id, queue_agents.c.queue_id, Skill.name)
    query = query.outerjoin(queue_agents, queue_agents.c.staff_id == Presence.staff_id)
    query = query.outerjoin(Skill, Skill.staff_id == Presence.staff_id)
    query = query.where(Presence.organization_id == organization_id, Presence.state != "away")
    duty = Duty(set(), {})
    for staff_id, queue_id, skill in db.session.execute(query):
        duty.staff.add(staff_id)
        duty.skills.setdefault(queue_id, set()).add(skill)
    return duty


def _best(place: Place, idle: Iterable[Idle], duty: Duty | None) -> Idle | None:
    """Who answers this place: whoever meets most of its needs, then missed no call, then has been free the longest."""
    able = [agent for agent in idle if _may(agent, place, duty)]
    needs = set(place.needs)
    return min(
        able, key=lambda one: (len(needs - one.skills), one.missed, one.since, one.staff_id), default=None
    )


def _may(agent: Idle, place: Place, duty: Duty | None) -> bool:
    """Whether this agent may be offered the place. A need is waived after a while, or when nobody on duty meets it;
    a place handed to one agent is everybody's once that agent has left."""
    if duty is not None and place.only_staff_id in duty.staff:
        return agent.staff_id == place.only_staff_id
    if place.queue_id not in agent.queues:
        return False
    if duty is None or clock.now() - place.since >= timedelta(seconds=place.queue.waive_s):
        return True
    return set(place.needs) & duty.skills.get(place.queue_id, set()) <= agent.skills
