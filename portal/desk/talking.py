"""A call that an agent has: picked up, held, consulted about, handed on, and what each hanging up means for the rest.

Who is told what is written here; how the network is made to do it is `contacts.calls.bridging`. In which order rows
and the desk are held: `desk.holding`.
"""

from __future__ import annotations

from portal import history, news
from portal.contacts.calls import legs
from portal.contacts.calls.bridging import move
from portal.contacts.calls.calling import end_call
from portal.contacts.models import Contact, Leg
from portal.contacts.telling import tell_of
from portal.database import db
from portal.desk import offering, places, presence
from portal.desk.holding import hold_desk, hold_place, hold_presence
from portal.desk.matching import match
from portal.desk.models import Offer, Queue
from portal.history import Actor


def pick_up(offer: Offer, provider_ref: str, to: str) -> Contact | None:
    """The agent is on the telephone and takes the offer: the contact. None when it is too late. Told twice: once.
    Hold the offer first."""
    contact, known = offer.contact, legs.find(provider_ref)
    if known is not None and offer.state == "accepted" and known.offer_id == offer.id:
        return contact
    if not offering.accept(offer):
        return None
    agent = {"staff_id": offer.staff_id, "offer_id": offer.id, "to": to}
    if known is not None:  # we called the agent's telephone ourselves: a call-back
        legs.take_part(known)
        contact.ended_at = None
    elif contact.provider_ref:
        citizen = legs.note(contact, "citizen", contact.provider_ref, to=_number(contact))
        citizen.seat = "bridge"
        legs.note_new(contact, "agent", provider_ref, dialled_by_id=citizen.id, **agent)
    return contact


def begin_call(leg: Leg) -> None:
    """An agent who calls somebody is on the telephone. Hold the leg first."""
    if not legs.take_part(leg) or leg.staff_id is None:
        return
    contact = leg.contact
    contact.ended_at = None
    _occupy(leg.staff_id, contact)
    tell_of(contact)


def reached(leg: Leg) -> None:
    """Whom we called is on the telephone: somebody consulted, a citizen, a service. Hold the leg first."""
    if not legs.take_part(leg):
        return
    contact = leg.contact
    if leg.role == "third" and leg.staff_id is not None:
        _occupy(leg.staff_id, contact)
    details = {"whom": leg.label} if leg.label else {}
    history.record(
        "contact.reached", contact, by=history.NETWORK, citizen_id=contact.citizen_id, details=details
    )
    tell_of(contact)


def call_over(leg: Leg, status: str, *, agent_gone: bool) -> str:
    """The `<Dial>` from an agent's telephone to a citizen is over. What the agent's does now: `seat` (goes where it is
    wanted), `not_reached` or `over`. Hold the leg first."""
    contact = leg.contact
    citizen = legs.dialled_by(leg)
    if leg.seat != "bridge" and not agent_gone:
        return "seat"
    if citizen is not None and citizen.answered_at is None and status not in ("completed", "answered"):
        legs.advance(citizen, "failed", error=status)  # unless their own telephone said so already
        if leg.seat != "out":
            _not_reached(contact, leg)
        return "not_reached"
    hang_up(contact)
    return "over"


def dial_over(offer: Offer, *, caller_gone: bool, bridged: bool, status: str = "") -> str:
    """The `<Dial>` towards an agent is over, with this `status` of theirs. What the caller's telephone does now: `line`
    (waits again), `seat` (goes where it is wanted) or `over`. Hold the offer first."""
    contact = offer.contact
    if caller_gone:
        hang_up(contact)
        return "over"
    if offer.state == "ringing":
        offering.miss(offer, status)
    if offer.state != "accepted":
        return "line" if is_in_line(contact) else "over"
    citizen, agent = legs.one(contact.id, "citizen"), _agent_of(offer)
    if citizen is not None and citizen.seat != "bridge":
        return "seat"
    if not bridged and agent is not None and contact.agent_id == offer.staff_id and not contact.ended_at:
        legs.advance(agent, "ended")
        _desert(contact, agent)
        return "line"
    hang_up(contact, "completed")
    return "over"


def next_of(contact: Contact) -> str:
    """As `dial_over` says, for a word that was already heard: changes nothing."""
    citizen = legs.one(contact.id, "citizen")
    if citizen is not None and citizen.seat not in ("bridge", "line"):
        return "seat"
    return "line" if is_in_line(contact) else "over"


def hear(contact: Contact | None, provider_ref: str, status: str, sequence: int = -1) -> None:
    """What the network tells of a telephone of this contact, in any order and however late. What we do not know of yet
    is heard again once we do (`legs.name`). Hold the contact first."""
    state = legs.STATES.get(status, "")
    if contact is None:
        return
    leg = legs.hold_of(contact, provider_ref)
    if leg is not None and legs.advance(leg, state, sequence=sequence):
        tell_of(contact)
        if leg.role == "third" and leg.staff_id is not None:
            news.tell(f"staff:{leg.staff_id}")
        if state in legs.OVER:
            _gone(contact, leg, status)
    elif state in legs.OVER and provider_ref == contact.provider_ref and _may_hang_up(contact):
        hang_up(contact, status)


def _may_hang_up(contact: Contact) -> bool:
    """Whether the end of a call with no telephone of the citizen's in it, any more or yet, is news."""
    return contact.ended_at is None and not legs.of(contact.id, ("citizen",))


def hear_again(leg: Leg) -> None:
    """A leg whose id we have only now: if what was told of it before was its end, that is now told to the others."""
    if leg.state in legs.OVER and leg.seat != "out":
        _gone(leg.contact, leg, "completed")
        tell_of(leg.contact)


def fail(leg: Leg, error: str) -> None:
    """The network will not call this number. Hold the leg first."""
    if legs.advance(leg, "failed", error=error):
        _gone(leg.contact, leg, "failed")
        tell_of(leg.contact)


def hang_up(contact: Contact, status: str = "completed") -> None:
    """The citizen is gone, or the call is over: everybody in it is told. Said once. Hold the contact first."""
    everybody = legs.of(contact.id)
    if any(leg.role == "third" for leg in everybody):  # they become free, once places and presences are held
        hold_desk(contact.organization_id)
    if contact.ended_at is None:
        offering.withdraw(contact, "hung_up")
    end_call(contact, status)
    for leg in everybody:
        if leg.seat == "bridge" and (leg.role == "citizen" or leg.dialled_by_id is not None):
            legs.advance(leg, "ended")  # a `<Dial>` is over for both its ends
        else:
            move((leg, "out"))
        _release(contact, leg)
    tell_of(contact)


def is_in_line(contact: Contact) -> bool:
    """Whether the contact waits, or is offered to somebody."""
    place = places.of(contact.id)
    return place is not None and place.kind == "call" and place.state in ("waiting", "offered")


def _gone(contact: Contact, leg: Leg, status: str) -> None:
    """One telephone of the call was hung up, or never picked up."""
    if leg.role == "citizen":
        if leg.dialled_by_id is None or leg.answered_at is not None:
            hang_up(contact, status)
    elif leg.role == "third":
        _third_gone(contact, leg)
    elif leg.seat != "out":
        _agent_gone(contact, leg, status)
    if leg.role != "citizen":
        _release(contact, leg)


def _agent_gone(contact: Contact, leg: Leg, status: str) -> None:
    if leg.purpose in ("call_back", "call") and leg.offer_id is not None:
        offer = offering.hold_offer(leg.offer_id)
        if offer is not None and offer.state == "ringing":
            offering.miss(offer, status)
            return
    citizen, third = legs.one(contact.id, "citizen"), legs.one(contact.id, "third")
    if citizen is None or contact.ended_at is not None:
        return
    if citizen.seat == "hold":
        _desert(contact, leg)
        move((citizen, "line"))
    elif third is not None and third.answered_at is not None:
        hand_over(contact, third, by=Actor("staff", leg.staff_id))
    elif citizen.dialled_by_id == leg.id and citizen.answered_at is None:
        legs.advance(citizen, "failed")
        _not_reached(contact, leg)
    elif citizen.seat == "room" or citizen.dialled_by_id == leg.id:
        hang_up(contact)
    # else the caller's own `<Dial>` says how it ended: `dial_over`


def _third_gone(contact: Contact, leg: Leg) -> None:
    """Who was consulted did not pick up, or hung up: the agent is with the citizen again."""
    citizen, agent = legs.one(contact.id, "citizen"), legs.one(contact.id, "agent")
    if citizen is None or contact.ended_at is not None or leg.seat == "out":
        return
    if agent is None:
        hang_up(contact)
        return
    details = {"whom": leg.label, "answered": leg.answered_at is not None}
    history.record(
        "contact.consult_over", contact, by=history.NETWORK, citizen_id=contact.citizen_id, details=details
    )
    if citizen.seat == "hold":
        move((citizen, "room"))


def hand_over(contact: Contact, third: Leg, *, by: Actor) -> None:
    """Whoever was consulted has the call from now on: an agent, or a service that we only put through to."""
    if third.staff_id is not None:
        third.role, contact.agent_id = "agent", third.staff_id
    else:
        contact.step = f"Passé à {third.label}"
    details = {"whom": third.label, "agent": third.staff_id}
    history.record("contact.handed_over", contact, by=by, citizen_id=contact.citizen_id, details=details)
    tell_of(contact)


def _desert(contact: Contact, leg: Leg) -> None:
    """The agent's telephone dropped with somebody at the other end: in line again, at the former place."""
    hold_desk(contact.organization_id)  # before the agent's presence
    queue = db.session.get(Queue, contact.queue_id) if contact.queue_id else None
    details = {"agent": leg.staff_id}
    history.record(
        "contact.deserted", contact, by=history.NETWORK, citizen_id=contact.citizen_id, details=details
    )
    for other in legs.of(contact.id, ("third",)):
        move((other, "out"))
    _release(contact, leg)
    if queue is not None:
        places.stand_in_line(contact, queue, by=Actor("staff", leg.staff_id))
    tell_of(contact)


def _release(contact: Contact, leg: Leg) -> None:
    """An agent has time to write up; who was only consulted is free at once, and may be offered what waits."""
    if leg.staff_id is None:
        return
    if leg.role == "agent":
        queue = db.session.get(Queue, contact.queue_id) if contact.queue_id else None
        presence.begin_wrap_up(leg.staff_id, queue, contact)
    elif leg.answered_at is not None:
        presence.end_call(leg.staff_id, contact)
    else:
        match(contact.organization_id)


def _not_reached(contact: Contact, leg: Leg) -> None:
    """The citizen did not answer: later again, where they asked to be called back; else the agent knows."""
    place = hold_place(contact)
    if leg.purpose == "call_back" and place is not None:
        places.try_later(place)
    else:
        contact.step = "Appelé, pas de réponse"
    end_call(contact, "no-answer")
    if leg.staff_id is not None:
        presence.end_call(leg.staff_id, contact)
    leg.seat = "out"
    tell_of(contact)


def _occupy(staff_id: int, contact: Contact) -> None:
    """This agent speaks in this contact: nothing else is offered to them."""
    hold_desk(contact.organization_id)
    found = hold_presence(staff_id)
    if found is not None:
        presence.begin_call(found, contact)


def _agent_of(offer: Offer) -> Leg | None:
    query = db.select(Leg).filter_by(contact_id=offer.contact_id, offer_id=offer.id, role="agent")
    return db.session.scalar(query.order_by(Leg.id.desc()).limit(1))


def _number(contact: Contact) -> str:
    return contact.identifier.value if contact.identifier is not None else ""
