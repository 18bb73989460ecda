"""An agent calls somebody: their own telephone rings first, then the citizen's, from the organization's number."""

from __future__ import annotations

from portal import history
from portal.contacts import answering
from portal.contacts.calls import legs
from portal.contacts.models import Contact, Leg
from portal.contacts.telling import tell_of
from portal.database import db
from portal.desk import offering, presence
from portal.errors import N_, Refused
from portal.lines.models import Line
from portal.staff.models import Staff
from portal.telephony.dialling import may_be_called


def may_call(contact: Contact, by: Staff) -> bool:
    """Whether the agent who has this contact could call the person now. Writes nothing."""
    used = contact.identifier
    has_it = contact.agent_id == by.id and contact.state == "in_progress"
    known = used is not None and used.kind == "phone" and may_be_called(used.value)
    over = contact.channel != "phone" or contact.ended_at is not None or contact.direction == "out"
    return bool(has_it and known and over and by.phone) and not legs.there(contact.id)


def call(contact_id: int, *, by: Staff) -> Contact:
    """The agent's telephone rings, then the person's. Asked twice, it is one call."""
    contact = answering.hold_contact(contact_id, by=by)
    answering.take(contact, by=by)
    if any(leg.role == "agent" for leg in legs.there(contact.id)):
        return contact
    used = contact.identifier
    if used is None or used.kind != "phone":
        raise Refused(N_("Aucun numéro n’est connu pour cet échange."))
    if not may_be_called(used.value):
        raise Refused(N_("Ce numéro ne peut pas être appelé d’ici."))
    if not by.phone:
        raise Refused(
            N_("Aucun téléphone n’est noté dans votre fiche : l’appel ne peut pas vous être passé.")
        )
    if presence.of(by).state == "busy" or offering.live_for(by.id) is not None or _is_being_rung(by):
        raise Refused(N_("Vous êtes déjà en ligne."))
    contact.line = contact.line if _is_line(contact.line) else _line_of(contact)
    offering.withdraw(contact, "called")
    legs.give_up(contact.id)
    legs.plan(contact, "agent", by.phone, staff_id=by.id, label=by.name, purpose="call")
    history.record("contact.called", contact, by=by.actor, citizen_id=contact.citizen_id)
    tell_of(contact)
    return contact


def call_number(contact: Contact, *, by: Staff) -> Contact:
    """The call in answer to what was written: a contact of its own, which the agent has."""
    made = Contact(
        channel="phone",
        direction="out",
        organization_id=contact.organization_id,
        identifier_id=contact.identifier_id,
        citizen_id=contact.citizen_id,
        certainty=contact.certainty,
        topic_id=contact.topic_id,
        case_id=contact.case_id,
        language=contact.language,
        subject=contact.subject,
        state="in_progress",
        agent_id=by.id,
    )
    db.session.add(made)
    db.session.flush()
    history.record(
        "contact.begun", made, by=by.actor, citizen_id=made.citizen_id, details={"channel": "phone"}
    )
    return call(made.id, by=by)


def _is_being_rung(by: Staff) -> bool:
    """Whether this agent's telephone is about to ring for a call that they asked for a moment ago."""
    query = db.select(Leg.id).join(Contact).where(Contact.agent_id == by.id, Contact.state == "in_progress")
    rings = query.where(Leg.staff_id == by.id, Leg.role == "agent", Leg.at > legs.rung_since())
    rings = rings.where(Leg.answered_at.is_(None), Leg.state.not_in(legs.OVER), Leg.seat != "out")
    return db.session.scalar(rings.limit(1)) is not None


def _is_line(number: str) -> bool:
    return db.session.scalar(db.select(Line.id).filter_by(number=number)) is not None


def _line_of(contact: Contact) -> str:
    """The number that citizens see: the organization's first line."""
    query = db.select(Line.number).filter_by(organization_id=contact.organization_id).order_by(Line.id)
    number = db.session.scalar(query.limit(1))
    if not number:
        raise Refused(N_("Aucune ligne n’est ouverte pour appeler."))
    return number
