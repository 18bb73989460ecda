"""Whether an agent may be offered a call: chosen by them, or set by what happens to them.

A wrap-up ends by itself, on the server: the browser may be closed.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam

from portal import clock, history, jobs, news
from portal.contacts.models import Contact
from portal.database import db, insert, locked
from portal.desk.holding import hold_desk, hold_presence, hold_refusable
from portal.desk.matching import close_offer, match
from portal.desk.models import Presence, Queue
from portal.errors import N_, Refused
from portal.history import Actor, Person
from portal.staff.models import Staff
from portal.staff.sessions import IDLE, is_signed_out

CHOICES = ("available", "break", "away")
UNREACHED = ("busy", "failed")  # it did not even ring
MOST_MISSED = 2  # offers in a row, after which an agent is away
LONGEST_WRAP_UP = timedelta(minutes=30)


def of(staff: Person) -> Presence:
    """Where an agent stands; away until they say otherwise. Writes nothing."""
    known = db.session.get(Presence, staff.id)
    return known or Presence(
        staff_id=staff.id, organization_id=staff.organization_id, state="away", since=clock.now(), missed=0
    )


def choose(staff: Staff, state: str) -> Presence:
    """The agent says so. Nobody leaves a conversation by it; a call ringing meanwhile goes to somebody else."""
    if state not in CHOICES:
        raise Refused(N_("Choisissez une des réponses proposées."), field="state")
    if state == "available" and not staff.phone:
        raise Refused(
            N_("Aucun téléphone n’est noté dans votre fiche : l’appel ne peut pas vous être passé."),
            field="state",
        )
    presence = _held(staff.id, staff.organization_id)
    if presence.state == "busy" and not _is_over(presence):
        raise Refused(N_("Vous êtes en ligne : terminez d’abord cet appel."), field="state")
    if state != "available":
        _refuse_ringing(presence)
    presence.missed, presence.contact_id = 0, None
    set_state(presence, state, why="chosen", by=staff.actor)
    if state != "away":
        _look_again(staff.id)
    match(presence.organization_id)
    return presence


def leave(staff: Person) -> None:
    """Signed out: away, even in the middle of something. What rings there goes to somebody else."""
    presence = _of(staff.id)
    if presence is None:
        return
    _refuse_ringing(presence)
    set_state(presence, "away", why="signed_out", by=staff.actor)
    match(presence.organization_id)


def leave_if_signed_out(staff_id: int) -> None:
    """Away, if their session has ended meanwhile; else looked at again later, as long as they are on duty."""
    presence = _of(staff_id)
    if presence is None or presence.state == "away":
        return
    if not is_signed_out(staff_id):
        _look_again(staff_id)
        return
    _refuse_ringing(presence)
    set_state(presence, "away", why="signed_out")
    match(presence.organization_id)


def begin_call(presence: Presence, contact: Contact) -> None:
    """The agent picked up."""
    presence.missed, presence.contact_id = 0, contact.id
    set_state(presence, "busy", why="accepted")


def miss(presence: Presence, *, how: str = "") -> None:
    """The agent did not pick up, or their telephone was `busy` or could not be reached (`failed`). The second time in a
    row they are away, and their console says why."""
    presence.missed += 1
    if presence.missed >= MOST_MISSED and presence.state == "available":
        set_state(presence, "away", why=how if how in UNREACHED else "missed")


def sent_away(staff_id: int) -> str:
    """Why somebody whom calls that were not picked up sent away is away: `missed`, `busy` or `failed`."""
    known = db.session.get(Presence, staff_id)
    told = history.of(known, limit=1) if known is not None else []
    return next((event.details["why"] for event in told if event.details.get("why") in UNREACHED), "missed")


def begin_wrap_up(staff_id: int, queue: Queue | None, contact: Contact) -> Presence | None:
    """This call of theirs is over: so much time to write it up, then available again. At once if it is written up
    already; whoever signed out meanwhile stays away. Hold the contact first."""
    written_up = contact.state == "wrapped_up"
    presence = _of(staff_id) if written_up else hold_presence(staff_id)  # most keep nobody from the desk
    if presence is None or presence.state != "busy" or not _is_in(presence, contact):
        return presence
    if written_up:
        _become_free(presence)
        return presence
    seconds = queue.wrap_up_s if queue else 60
    set_state(presence, "wrap_up", why="call_over")
    _wrap_up_until(presence, seconds)
    return presence


def prolong_wrap_up(staff_id: int, seconds: int = 60) -> Presence | None:
    """More time to write up, as the agent asked; within reason, for others wait."""
    presence = _of(staff_id)
    if presence is None or presence.state != "wrap_up" or presence.until is None:
        return presence
    latest = presence.since + LONGEST_WRAP_UP
    wanted = max(presence.until, clock.now()) + timedelta(seconds=seconds)
    _wrap_up_until(presence, int((min(wanted, latest) - clock.now()).total_seconds()))
    return presence


def end_wrap_up(staff_id: int) -> Presence | None:
    """The agent is done: available again. Harmless for whoever is not wrapping up."""
    presence = _of(staff_id)
    if presence is not None and presence.state == "wrap_up":
        _become_free(presence)
    return presence


def end_call(staff_id: int, contact: Contact) -> None:
    """In this call the agent was only asked something, or nobody answered: nothing to write up, available again at
    once."""
    presence = _of(staff_id)
    if presence is not None and presence.state in ("busy", "wrap_up") and _is_in(presence, contact):
        _become_free(presence)


def end_wrap_up_if_over(staff_id: int) -> None:
    """As the clock does: unless it was prolonged, or ended, meanwhile."""
    known = db.session.get(Presence, staff_id)
    presence = _of(staff_id) if known is not None and known.state == "wrap_up" else None
    if presence and presence.state == "wrap_up" and presence.until and presence.until <= clock.now():
        _become_free(presence)


def wrapped_up(contact: Contact, staff_id: int) -> None:
    """The contact is written up: if its call is over, its agent is available without waiting for the clock."""
    presence = _of(staff_id)
    if presence is None or presence.contact_id != contact.id:
        return
    if presence.state == "wrap_up" or (presence.state == "busy" and contact.ended_at is not None):
        _become_free(presence)


def on_duty(organization_id: int) -> list[Presence]:
    """Those who are not away, the longest in their state first."""
    query = db.select(Presence).filter_by(organization_id=organization_id)
    return list(db.session.scalars(query.where(Presence.state != "away").order_by(Presence.since)))


def set_state(presence: Presence, state: str, *, why: str, by: Actor = history.SYSTEM) -> None:
    """Writes the state, since now, with its reason. The same state again keeps its `since`."""
    if presence.state == state:
        return
    details = {"from": presence.state, "to": state, "why": why}
    presence.state, presence.since, presence.until = state, clock.now(), None
    history.record("presence.changed", presence, by=by, details=details)
    news.tell(f"staff:{presence.staff_id}", f"desk:{presence.organization_id}")


def _become_free(presence: Presence) -> None:
    presence.contact_id = None
    set_state(presence, "available", why="wrapped_up")
    match(presence.organization_id)


def _is_over(presence: Presence) -> bool:
    """Whether the call they are said to be in is over: what the network tells of its end may be lost."""
    contact = db.session.get(Contact, presence.contact_id) if presence.contact_id else None
    return contact is None or contact.ended_at is not None


def _is_in(presence: Presence, contact: Contact) -> bool:
    """Whether it is this call that they are said to be in: the end of the one before may be told late."""
    return presence.contact_id in (None, contact.id)


def _wrap_up_until(presence: Presence, seconds: int) -> None:
    presence.until = clock.now() + timedelta(seconds=seconds)
    jobs.enqueue("end_wrap_up", {"staff": presence.staff_id}, not_before=presence.until)
    news.tell(f"staff:{presence.staff_id}")


def _look_again(staff_id: int) -> None:
    """Once an hour: a session that nobody uses any more ends without a word."""
    due = clock.now() + IDLE
    key = f"check_presence:{staff_id}:{due:%Y%m%d%H}"
    jobs.enqueue("check_presence", {"staff": staff_id}, dedupe_key=key, not_before=due)


def _refuse_ringing(presence: Presence) -> None:
    offer = hold_refusable(presence.staff_id)
    if offer is not None:
        offer.place.state = "waiting"
        close_offer(offer, "refused")


def _of(staff_id: int) -> Presence | None:
    """The presence, held with its desk."""
    organization_id = db.session.scalar(_organization(), {"staff": staff_id})
    if organization_id is None:
        return None
    hold_desk(organization_id)
    return hold_presence(staff_id)


@cache
def _organization() -> Select[Any]:
    """Built once a process."""
    return db.select(Presence.organization_id).filter_by(staff_id=bindparam("staff"))


def _held(staff_id: int, organization_id: int) -> Presence:
    """As `_of`, made now if this agent never had one."""
    hold_desk(organization_id)
    values = {"staff_id": staff_id, "organization_id": organization_id}
    db.session.execute(insert(Presence).values(**values).on_conflict_do_nothing(index_elements=["staff_id"]))
    return db.session.scalars(locked(db.select(Presence).filter_by(staff_id=staff_id))).one()
