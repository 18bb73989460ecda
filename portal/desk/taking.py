"""Taking a contact from those who wait. Two agents never have the same one."""

from __future__ import annotations

from portal import jobs
from portal.contacts import answering
from portal.contacts.models import Contact
from portal.errors import N_, Refused
from portal.staff.models import Staff


def take(contact_id: int, *, by: Staff) -> Contact:
    """The contact is this agent's; a call still on the line is put through to their telephone."""
    contact = answering.hold_contact(contact_id, by=by)
    rings = contact.channel == "phone" and contact.state == "waiting" and contact.ended_at is None
    if rings and not by.phone:
        raise Refused(
            N_("Aucun téléphone n’est noté dans votre fiche : l’appel ne peut pas vous être passé.")
        )
    answering.take(contact, by=by)
    if rings:
        payload = {"contact": contact.id, "agent": by.id}
        # the version tells one taking from the next, after a call was given back
        jobs.enqueue("connect_call", payload, dedupe_key=f"connect_call:{contact.id}:{contact.version}")
    return contact
