"""Taking a contact from those who wait. Two agents never have the same one."""

from __future__ import annotations

from portal.contacts import answering
from portal.contacts.calls import legs
from portal.contacts.models import Contact
from portal.database import db
from portal.desk import offering, places, waiting
from portal.desk.holding import hold_place
from portal.desk.matching import make_offer, match
from portal.desk.models import Offer, Place, Queue
from portal.errors import N_, Refused
from portal.staff.models import Staff


def take(contact_id: int, *, by: Staff) -> Contact:
    """The contact is this agent's; a call still on the line rings at their telephone, and is theirs once picked up."""
    contact = answering.hold_contact(contact_id, by=by)
    if contact.channel != "phone" or contact.state != "waiting" or contact.ended_at is not None:
        _take_off_the_line(contact, by)
        return contact
    if not by.phone:
        raise Refused(
            N_("Aucun téléphone n’est noté dans votre fiche : l’appel ne peut pas vous être passé.")
        )
    place = hold_place(contact) or _stand(contact)
    ringing = _ringing(contact, by)
    if ringing is None and offering.live_for(by.id) is not None:
        raise Refused(N_("Un appel sonne déjà chez vous."))
    if ringing is None and place is not None:
        make_offer(place, by.id)
    return contact


def give_back(contact_id: int, *, by: Staff) -> Contact:
    """Back to those who wait, as `answering.give_back`; one to be called back at its turn has that turn again."""
    contact = answering.hold_contact(contact_id, by=by)
    taken = contact.state == "in_progress"
    answering.give_back(contact, by=by)
    if taken and contact.state != "in_progress":
        _stand_again(contact)
    return contact


def _stand_again(contact: Contact) -> None:
    place = hold_place(contact)
    if place is None or (place.kind, place.left) != ("call_back", "taken"):
        return
    if legs.was_reached(contact.id):
        return
    place.state, place.ended_at, place.left = "waiting", None, ""
    contact.state, contact.step = "open", places.KEPT
    db.session.flush()
    match(contact.organization_id)


def _take_off_the_line(contact: Contact, by: Staff) -> None:
    """Nobody is on the line: theirs at once, and offered to nobody else at its turn. A call-back that rings at their
    own telephone is theirs once picked up."""
    called = contact.channel == "phone"
    if called and _ringing(contact, by) is not None:
        return
    answering.take(contact, by=by)
    if called:
        offering.withdraw(contact, "taken")


def _ringing(contact: Contact, by: Staff) -> Offer | None:
    """What rings for this contact at this agent's; refused if it rings at another's."""
    found = offering.ringing(contact.id)
    if found is not None and found.staff_id != by.id:
        raise Refused(N_("Quelqu’un d’autre s’en occupe déjà."))
    return found


def _stand(contact: Contact) -> Place | None:
    queue = db.session.get(Queue, contact.queue_id or 0)
    queue = queue or waiting.queue_for_topic(contact.topic_id, organization_id=contact.organization_id)
    return places.stand_in_line(contact, queue) if queue is not None else None
