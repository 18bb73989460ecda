"""The life of an offer: it rings at one agent's, who picks up or does not; or whoever waited is gone.

Two agents never have the same call: an offer is unique for its contact and for its agent as long as it rings, whoever
makes one holds the desk, and whoever ends one holds its row.
"""

from __future__ import annotations

from datetime import datetime

from portal import clock, history, news
from portal.contacts import answering
from portal.contacts.calls.calling import take_up
from portal.contacts.models import DISTRESS, Contact
from portal.database import db
from portal.desk import places, presence, proposals
from portal.desk.holding import (
    hold_desk,
    hold_offer,
    hold_place_alone,
    hold_presence,
    hold_ringing,
    live_offer,
)
from portal.desk.matching import close_offer, match
from portal.desk.models import Offer, Place, Queue
from portal.desk.places import propose, step_out
from portal.jobs import Job
from portal.staff.models import Staff

__all__ = ["accept", "expire", "hold_offer", "live_for", "match", "miss", "withdraw"]


def live_for(staff_id: int) -> Offer | None:
    """What rings at this agent's now."""
    return live_offer(staff_id=staff_id)


def find(offer_id: int) -> Offer | None:
    """The offer as it stands, held by nobody: for who will change nothing, or holds it before."""
    return db.session.get(Offer, offer_id)


def ringing(contact_id: int) -> Offer | None:
    """The offer of this contact that rings now."""
    return live_offer(contact_id=contact_id)


def dial_at_once(contact: Contact, *, new: bool = True) -> Offer | None:
    """The offer that rings for a contact whose door is about to answer the network: that answer rings the agent's
    telephone, and the worker has nothing to redirect. None where a worker sees to it.

    To a word told again (not `new`) the answer may go unheard: it takes nothing from the worker.
    """
    offer = ringing(contact.id)
    if offer is None:
        return None
    redirecting = Job.dedupe_key == f"connect_call:{offer.id}"
    if new:
        db.session.execute(db.delete(Job).where(redirecting, Job.state == "waiting"))
        redirecting = redirecting & (Job.state == "leased")
    return None if db.session.scalar(db.select(Job.id).where(redirecting)) is not None else offer


def accept(offer: Offer) -> bool:
    """The agent picked up: the contact is theirs. False when it is too late: missed, gone, or another's by now. Hold
    the offer first."""
    if offer.state != "ringing":
        return False
    if offer.contact.state not in ("open", "waiting"):
        withdraw(offer.contact, "taken")
        return False
    place, now = offer.place, clock.now()
    offer.answered_at = now
    close_offer(offer, "accepted")
    place.state, place.ended_at, place.only_staff_id = "answered", now, None
    agent = db.session.get_one(Staff, offer.staff_id)
    answering.take(place.contact, by=agent)
    if place.contact.step != DISTRESS:  # that it waited, or would be called back, is past
        place.contact.step = ""
    free = hold_presence(agent.id)
    if free is not None:
        presence.begin_call(free, place.contact)
    proposals.settle(place.contact)
    return True


def miss(offer: Offer, how: str = "") -> None:
    """Not picked up: the contact is in line again at the same place, for the next agent. Harmless once it is over.
    `how` is what the network says of it."""
    if offer.state != "ringing":
        return
    close_offer(offer, "missed")
    contact, details = offer.contact, {"agent": offer.staff_id}
    history.record(
        "contact.missed", contact, by=history.NETWORK, citizen_id=contact.citizen_id, details=details
    )
    hold_desk(contact.organization_id)  # the agent may have another offer
    agent = hold_presence(offer.staff_id)
    if agent is not None:
        presence.miss(agent, how=how)
    offer.place.state = "waiting"
    match(offer.place.organization_id)


def expire(offer: Offer) -> None:
    """Nobody told us how it ended, and it should have: missed."""
    if offer.state == "ringing" and offer.expires_at <= clock.now():
        miss(offer)


def prolong(offer: Offer, until: datetime) -> None:
    """The telephone has only now begun to ring."""
    if offer.state == "ringing":
        offer.expires_at = max(offer.expires_at, until)


def withdraw(contact: Contact, how: str) -> None:
    """Whoever waited is gone: `hung_up`, `voicemail`, `taken` by someone else, `transferred`… Hold the contact first.

    Who hung up before being answered is proposed to be called back. A call-back goes on without its first call.
    """
    place = hold_place_alone(contact)
    if place is not None and how == "hung_up" and _left_without_a_word(place):
        _abandoned(place)
    if place is None or place.state not in ("waiting", "offered"):
        return
    if place.kind == "call_back" and how == "hung_up":
        return
    offer = _let_go(contact) if place.state == "offered" else None
    step_out(place, how)
    if offer is not None:
        hold_desk(place.organization_id)  # before other places of theirs that wait
    if how == "hung_up":
        _abandoned(place)
    if offer is not None:
        match(place.organization_id)


def _let_go(contact: Contact) -> Offer | None:
    """The agent whose telephone rings for this contact may have another one."""
    offer = hold_ringing(contact)
    if offer is not None:
        close_offer(offer, "withdrawn")
    return offer


def miss_in_outage(contact: Contact, queue: Queue | None) -> None:
    """They called while we could only say whom else to call: proposed to be called back, once a person. What went on
    all the same is left as it is."""
    db.session.refresh(contact, with_for_update={"key_share": True})
    if queue is not None and contact.queue_id is None:
        take_up(contact)
    if contact.state != "open" or contact.answered_at is not None or queue is None:
        return
    place = places.begin_place(contact, queue)
    if place.state != "left":
        return
    contact.ended_at = contact.ended_at or clock.now()
    contact.queue_id = contact.queue_id or queue.id
    history.record("contact.missed_in_outage", contact, by=history.NETWORK, citizen_id=contact.citizen_id)
    _abandoned(place)
    if place.state == "proposed":
        contact.step = "A appelé pendant une panne : à rappeler"


def _left_without_a_word(place: Place) -> bool:
    """Whether they left the line for a message, and then left none."""
    said_nothing = place.state == "left" and place.contact.last_message_at is None
    return said_nothing and place.left == "voicemail" and place.contact.state in ("open", "waiting")


def _abandoned(place: Place) -> None:
    """One proposal a person: the latest call of a number. A hidden number cannot be called back."""
    contact = place.contact
    others = proposals.others_of(contact)
    if proposals.is_expected(others):
        proposals.close(contact, "A raccroché ; déjà inscrit pour être rappelé.")
        return
    if contact.identifier_id is None:
        proposals.close(contact, "A raccroché pendant l’attente ; numéro masqué.")
        return
    proposals.supersede(others)
    contact.state = "open"
    propose(place, "A raccroché pendant l’attente : à rappeler")
    news.tell(f"desk:{place.organization_id}")
