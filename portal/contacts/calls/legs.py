"""The telephones of a call, one leg each: written before they are asked for, moved on by what the network tells.

A leg's state never goes back: a late `ringing` after `completed` changes nothing. What the network told of a leg
before its row had its id is heard again once it has.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.orm.attributes import set_committed_value

from portal import clock, jobs
from portal.contacts.calls.calling import hold_call
from portal.contacts.models import GOING_ON, Contact, Leg
from portal.database import db, locked
from portal.telephony import events

STATES = {  # what the network says, in our words
    "queued": "queued",
    "initiated": "queued",
    "ringing": "ringing",
    "in-progress": "answered",
    "answered": "answered",
    "completed": "ended",
    "busy": "failed",
    "no-answer": "failed",
    "failed": "failed",
    "canceled": "failed",
}
OVER = ("ended", "failed")
RANKS = [(rank, status) for rank in ("", *map(str, range(8))) for status in STATES]  # the words of one call
RINGS_FOR = timedelta(minutes=2)  # the end of a call that was never picked up may never be told
RANK = {
    "waiting": 0,
    "sending": 1,
    "unknown": 1,
    "queued": 2,
    "ringing": 3,
    "answered": 4,
    "ended": 5,
    "failed": 5,
}


def plan(contact: Contact, role: str, to: str, **more: Any) -> Leg:
    """A telephone to call: the intent, and the job that places the call after the commit."""
    leg = Leg(contact_id=contact.id, role=role, to=to, **more)
    db.session.add(leg)
    db.session.flush()
    jobs.enqueue("place_call", {"leg": leg.id}, dedupe_key=f"leg:{leg.id}")
    return leg


def note(contact: Contact, role: str, provider_ref: str, **more: Any) -> Leg:
    """A telephone that the network speaks of, which we did not call ourselves. Told twice, it is one leg."""
    return find(provider_ref) or note_new(contact, role, provider_ref, **more)


def note_new(contact: Contact, role: str, provider_ref: str, **more: Any) -> Leg:
    """As `note`, of one that we know not to have heard of. Hold the contact first."""
    values = {"state": "answered", "answered_at": clock.now(), **more}
    leg = Leg(contact_id=contact.id, role=role, **values)
    name(leg, provider_ref)
    db.session.add(leg)
    return leg


def name(leg: Leg, provider_ref: str) -> None:
    """The network's id of a leg is known from now on; what it told of it before is heard now."""
    if not provider_ref or leg.provider_ref:
        return
    events.hold(provider_ref)
    leg.provider_ref = provider_ref
    db.session.add(leg)
    db.session.flush()
    for told in events.told([event_key(provider_ref, *rank) for rank in RANKS]):
        advance(leg, STATES.get(told.get("CallStatus", ""), ""), sequence=sequence_of(told))


def find(provider_ref: str) -> Leg | None:
    """The leg of this call, if we know of it."""
    return db.session.scalar(_by_ref(), {"ref": provider_ref}) if provider_ref else None


def of(contact_id: int, roles: Collection[str] = ("citizen", "agent", "third")) -> list[Leg]:
    """The telephones that are in this call now, or being called. Hold the contact before changing them."""
    found = db.session.scalars(_in_call(), {"contact": contact_id})
    return [leg for leg in found if leg.role in roles]


def one(contact_id: int, role: str) -> Leg | None:
    """The latest telephone with this role that is in the call."""
    found = of(contact_id, (role,))
    return found[-1] if found else None


def not_reached(contact_id: int, role: str) -> Leg | None:
    """The last telephone called in this role, if nobody picked it up and it was not called off."""
    query = db.select(Leg).filter_by(contact_id=contact_id, role=role).order_by(Leg.id.desc()).limit(1)
    last = db.session.scalar(query)
    failed = last is not None and last.state in OVER and last.answered_at is None and last.seat != "out"
    return last if failed else None


def there(contact_id: int) -> list[Leg]:
    """As `of`, without those that nobody picked up as long as they may ring."""
    since = rung_since()
    return [leg for leg in of(contact_id) if leg.state == "answered" or leg.at > since]


def give_up(contact_id: int) -> None:
    """Those of this contact that are not there any more are over: no job calls them later. Hold the contact first."""
    for leg in set(of(contact_id)).difference(there(contact_id)):
        leg.seat = "out"
        advance(leg, "failed", error="not_answered")


def rung_since() -> datetime:
    """Since when a telephone that nobody has picked up may still ring."""
    return clock.now() - RINGS_FOR


def rings_at(staff: InstrumentedAttribute[int]) -> Select[Any]:
    """The telephone of this agent that rings for something else than an offer: a colleague consults them, or they
    asked to call somebody; `rung_since` is given when it is asked."""
    rings = (GOING_ON, Leg.answered_at.is_(None), Leg.at > bindparam("rung_since"), Leg.seat != "out")
    query = db.select(Leg.id).where(Leg.staff_id == staff, Leg.role.in_(("agent", "third")), *rings)
    return query.where(Leg.offer_id.is_(None)).order_by(Leg.id.desc()).limit(1)


def was_reached(contact_id: int) -> bool:
    """Whether the citizen was ever on the telephone with somebody in this contact."""
    spoke = db.exists().where(
        Leg.contact_id == contact_id, Leg.role == "citizen", Leg.answered_at.is_not(None)
    )
    return bool(db.session.scalar(db.select(spoke)))


def dialled_by(agent: Leg) -> Leg | None:
    """The citizen's telephone that was called for an agent's, whatever became of it."""
    query = db.select(Leg).filter_by(contact_id=agent.contact_id, dialled_by_id=agent.id, role="citizen")
    return db.session.scalar(query.order_by(Leg.id.desc()).limit(1))


def hold(leg_id: int) -> Leg | None:
    """A leg with its contact, held: the contact first, as every door does."""
    if not leg_id:
        return None
    whose = db.select(Leg.contact_id).filter_by(id=leg_id).scalar_subquery()
    contact = db.session.scalar(locked(db.select(Contact).where(Contact.id == whose)))
    if contact is None:
        return None
    leg: Leg = db.session.scalars(locked(db.select(Leg).filter_by(id=leg_id))).one()
    set_committed_value(leg, "contact", contact)  # at hand after the commit too, without reading again
    return leg


def hold_of(contact: Contact, provider_ref: str) -> Leg | None:
    """The leg of this contact that the network calls so, held. Hold the contact first."""
    leg: Leg | None = db.session.scalar(_held(), {"contact": contact.id, "ref": provider_ref})
    if leg is not None:
        set_committed_value(leg, "contact", contact)
    return leg


def hold_contact(provider_ref: str) -> Contact | None:
    """The contact that this telephone belongs to, held."""
    held = hold_call(provider_ref)
    leg = find(provider_ref) if held is None else None
    if leg is not None:
        held = db.session.scalar(locked(db.select(Contact).filter_by(id=leg.contact_id)))
    return held


def advance(leg: Leg, state: str, *, sequence: int = -1, error: str = "") -> bool:
    """Moves a leg on in its life; never back, and an end is for good. Tells whether it moved."""
    leg.sequence = max(leg.sequence, sequence)
    if state not in RANK or RANK[state] <= RANK[leg.state]:
        return False
    leg.state, leg.error = state, error or leg.error
    if state in OVER:
        leg.ended_at = clock.now()
    return True


def take_part(leg: Leg) -> bool:
    """A person is there: the network's `answered` may be a machine's. False when that was known, or it is over."""
    advance(leg, "answered")
    if leg.answered_at is not None or leg.state in OVER:
        return False
    leg.answered_at = clock.now()
    return True


def event_key(provider_ref: str, sequence: str, status: str) -> str:
    """Under which a word on a call's progress is kept: told twice, it is one."""
    return f"call:{provider_ref}:{sequence}:{status}"


def sequence_of(told: dict[str, Any]) -> int:
    """The rank of an event among those of its call; it is not always given."""
    given = str(told.get("SequenceNumber", ""))
    return int(given) if given.isdecimal() else -1


# The queries of every call, each built once a process.


@cache
def _by_ref() -> Select[Any]:
    return db.select(Leg).filter_by(provider_ref=bindparam("ref"))


@cache
def _held() -> Select[Any]:
    return locked(db.select(Leg).filter_by(contact_id=bindparam("contact"), provider_ref=bindparam("ref")))


@cache
def _in_call() -> Select[Any]:
    query = db.select(Leg).where(Leg.contact_id == bindparam("contact"), GOING_ON, Leg.seat != "out")
    return query.order_by(Leg.id).execution_options(populate_existing=True)
