"""Places in line: kept through a missed offer, a transfer and a call-back; given up; proposed to be called back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam

from portal import clock, history, jobs, news
from portal.citizens.identifying import behind
from portal.citizens.keeping import live_flags
from portal.citizens.models import Citizen
from portal.contacts.models import DISTRESS, Contact
from portal.database import db
from portal.desk import proposals
from portal.desk.estimating import announce, expected_wait_s, position
from portal.desk.holding import hold_place, hold_place_alone
from portal.desk.matching import CRISIS, ORDINARY, PROTECTED, REPEATED, match
from portal.desk.models import Offer, Place, Queue
from portal.history import Actor
from portal.telephony.dialling import may_be_called

__all__ = ["announce", "expected_wait_s", "of", "position", "stand_in_line", "try_later"]

RECENTLY = timedelta(hours=24)  # who calls again within it, without having been answered, comes first
MOST_TRIES = 3
RETRY = timedelta(minutes=10)
KEPT = "Sera rappelé à son tour : place gardée"


def of(contact_id: int) -> Place | None:
    """A contact's place in line, whatever became of it."""
    return db.session.scalar(db.select(Place).filter_by(contact_id=contact_id))


def of_call(provider_ref: str) -> Place | None:
    """The place of the call that the network calls so."""
    query = db.select(Place).join(Contact).where(Contact.provider_ref == provider_ref)
    return db.session.scalar(query)


def stand_in_line(
    contact: Contact,
    queue: Queue,
    *,
    needs: Collection[str] = (),
    by: Actor = history.CITIZEN,
    priority: int | None = None,
    only_staff_id: int | None = None,
    at_door: list[Offer] | None = None,
) -> Place:
    """The contact stands in this queue, and is offered at once if an agent is free. Hold the contact first.

    Told twice, it is one place. By staff (a transfer), whoever was being answered stands in line again, at the same
    place; the network's late word does not put back who is being answered, or whose call is over. A door that rings
    for them by itself gives `at_door`: the offer made for them is put there, and no worker is asked to send for them.
    """
    place = begin_place(contact, queue)
    if _stays(place, queue, by):
        return place
    with db.session.no_autoflush:  # one UPDATE a row
        _move_in(place, queue, needs, priority)
        place.only_staff_id = only_staff_id
        _wait_in(contact, queue, by)
    db.session.flush()
    made = match(place.organization_id, at_door=contact if at_door is not None else None)
    if at_door is not None:
        at_door += [offer for offer in made if offer.contact_id == contact.id]
    if place.needs and place.state == "waiting":
        waived = place.since + timedelta(seconds=queue.waive_s + 1)
        jobs.enqueue("match", {"organization": place.organization_id}, not_before=waived)
    return place


def _move_in(place: Place, queue: Queue, needs: Collection[str], priority: int | None) -> None:
    contact, moved = place.contact, place.queue_id != queue.id
    place.queue, place.state, place.ended_at, place.left = queue, "waiting", None, ""
    person = _surely(contact)
    place.needs = sorted({*needs, *place.needs, *_needs_of(contact, person)})
    place.priority = min(place.priority, _priority_of(contact, person) if priority is None else priority)
    if moved:
        place.announced_s = place.announced_at = place.announced_rank = None


def begin_place(contact: Contact, queue: Queue) -> Place:
    """The place of a contact, held; one that it has left, where it never had any. Hold the contact first.

    The desk is held only to move who stands in line already: whoever comes in is written without making others wait.
    """
    with db.session.no_autoflush:
        state = db.session.scalar(_state(), {"contact": contact.id})
        if state is None:
            return _new_place(contact, queue)
    hold = hold_place if state in ("waiting", "offered") else hold_place_alone
    return hold(contact) or _new_place(contact, queue)


def step_out(place: Place, how: str, *, by: Actor = history.NETWORK) -> None:
    """The contact no longer waits: hung up, chose to leave a message, was sent elsewhere."""
    place.state, place.ended_at, place.left = "left", clock.now(), how
    contact, details = place.contact, {"how": how}
    history.record("contact.left_line", contact, by=by, citizen_id=contact.citizen_id, details=details)
    news.tell(f"desk:{place.organization_id}")


def may_be_called_back(place: Place, wait_s: int | None) -> bool:
    """Whether to propose a call-back: the wait reaches the queue's, and there is a number that we may call."""
    after = place.queue.callback_after_s
    waited = (clock.now() - place.since).total_seconds()
    long = wait_s is None or max(waited, wait_s) >= after
    return long and place.state == "waiting" and has_number(place.contact)


def has_number(contact: Contact) -> bool:
    """Whether the contact shows a number of ours: a number far away, or a dear one, is not called back."""
    used = contact.identifier
    return used is not None and used.kind == "phone" and may_be_called(used.value)


def ask_call_back(contact: Contact, *, after: timedelta = timedelta(seconds=30)) -> Place | None:
    """The citizen hangs up and keeps the place: its turn comes like any other's. None when there is no number to
    call, or an agent's telephone already rings for them. `after` leaves them the time to hang up."""
    place = hold_place(contact)
    if place is None or not has_number(contact):
        return None
    if place.kind == "call_back" or place.state != "waiting":
        return place if place.kind == "call_back" else None
    proposals.take_over(place)
    place.kind = "call_back"
    _put_off(place, clock.now() + after)
    contact.state, contact.step = "open", KEPT
    history.record("contact.call_back_asked", contact, by=history.CITIZEN, citizen_id=contact.citizen_id)
    news.tell(f"desk:{place.organization_id}")
    return place


def try_later(place: Place) -> None:
    """The call-back was not answered: again later, twice; then it stands on the desk, to be called by who can."""
    contact, place.attempts = place.contact, place.attempts + 1
    contact.agent_id, contact.state, place.ended_at = None, "open", None
    details = {"attempt": place.attempts}
    history.record(
        "contact.not_reached", contact, by=history.NETWORK, citizen_id=contact.citizen_id, details=details
    )
    if place.attempts >= MOST_TRIES:
        propose(place, f"À rappeler : {place.attempts} essais sans réponse")
        return
    place.state = "waiting"
    contact.step = f"Sera rappelé : essai {place.attempts} sans réponse"
    _put_off(place, clock.now() + RETRY * place.attempts)
    news.tell(f"desk:{place.organization_id}")


def propose(place: Place, step: str) -> None:
    """It stands on the desk, to be called back by whoever chooses to."""
    place.state, place.ended_at = "proposed", clock.now()
    place.contact.step = step
    news.tell(f"desk:{place.organization_id}")


def _put_off(place: Place, until: datetime) -> None:
    place.not_before = until
    jobs.enqueue("match", {"organization": place.organization_id}, not_before=until)


def _new_place(contact: Contact, queue: Queue) -> Place:
    """Not yet written: one INSERT says where it stands in the end. Nobody else makes one: the contact is held."""
    made = Place(contact=contact, queue=queue, organization_id=contact.organization_id)
    made.kind, made.state, made.left, made.priority = "call", "left", "", ORDINARY
    made.since, made.needs, made.attempts = clock.now(), [], 0
    db.session.add(made)
    return made


def _stays(place: Place, queue: Queue, by: Actor) -> bool:
    """Whether there is nothing to do: it stands there already, or is over."""
    contact = place.contact
    if place.state in ("waiting", "offered"):
        return place.state == "offered" or place.queue_id == queue.id
    if by.kind == "staff":
        return contact.ended_at is not None
    return bool(contact.ended_at or place.ended_at) or contact.state in ("in_progress", "wrapped_up")


def _wait_in(contact: Contact, queue: Queue, by: Actor) -> None:
    contact.queue_id, contact.state, contact.agent_id = queue.id, "waiting", None
    if contact.step != DISTRESS:
        contact.step = f"En attente : {queue.name}"
    details = {"queue": queue.slug}
    history.record("contact.queued", contact, by=by, citizen_id=contact.citizen_id, details=details)
    news.tell(f"desk:{contact.organization_id}")


def _surely(contact: Contact) -> Citizen | None:
    """Whoever it is, where that is confirmed or the number has one confident match; a guess favours nobody."""
    if contact.certainty == "confirmed":
        return contact.person
    found = behind(contact.identifier_id) if contact.certainty != "denied" else None
    return found.citizens[0] if found is not None and found.match == "one" else None


def _priority_of(contact: Contact, person: Citizen | None) -> int:
    if contact.step == DISTRESS:
        return CRISIS
    if person is not None and person.protected:
        return PROTECTED
    return REPEATED if _called_in_vain(contact) else ORDINARY


def _needs_of(contact: Contact, person: Citizen | None) -> set[str]:
    needs = {f"language:{contact.language}"} if contact.language != "fr" else set()
    if person is not None and any(flag.kind == "deaf_relay" for flag in live_flags(person.id)):
        needs.add("access:relay")
    return needs


def _called_in_vain(contact: Contact) -> bool:
    """Whether the same number stood in line lately, and nobody has answered it since."""
    if contact.identifier_id is None:
        return False
    now = contact.started_at
    values = {"number": contact.identifier_id, "this": contact.id, "now": now, "recently": now - RECENTLY}
    last = db.session.execute(_calls_before(), values).first()
    return last is not None and last.answered_at is None


@cache
def _calls_before() -> Select[Any]:
    """Built once a process, as is the next: every call in line asks both."""
    query = db.select(Contact.answered_at).filter_by(identifier_id=bindparam("number"), channel="phone")
    query = query.where(
        Contact.id != bindparam("this"),
        Contact.queue_id.is_not(None),
        Contact.started_at > bindparam("recently"),
        Contact.started_at <= bindparam("now"),
    )
    return query.order_by(Contact.started_at.desc(), Contact.id.desc()).limit(1)


@cache
def _state() -> Select[Any]:
    return db.select(Place.state).filter_by(contact_id=bindparam("contact"))
