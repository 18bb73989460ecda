"""What is noted in a contact beside what its agent writes: by those who spoke with the citizen and handed it on, and by
whoever learns something of it once it is over. Each note keeps its author and its time."""

from __future__ import annotations

from collections.abc import Collection

from portal import history
from portal.contacts.models import Contact, ContactNote, Leg
from portal.database import db
from portal.errors import N_, Refused
from portal.history import Event, Person

LONGEST = 5000


def may_note(contact: Contact, by: Person) -> bool:
    """Whoever has it, or spoke with the citizen in it; of one that is over, any colleague."""
    return contact.state == "wrapped_up" or contact.agent_id == by.id or _took_part(contact, by)


def add_note(contact: Contact, body: str, *, by: Person, form_key: str | None = None) -> ContactNote:
    """Adds a note; the same form sent twice is one. What it says stays out of the history. Hold the contact first."""
    known = db.session.scalar(db.select(ContactNote).filter_by(form_key=form_key)) if form_key else None
    if known is not None:
        return known
    if not may_note(contact, by):
        raise Refused(N_("Seul qui a parlé avec la personne peut y ajouter une note."), field="later_note")
    body = body.strip()
    if not body:
        raise Refused(N_("Écrivez la note."), field="later_note")
    if len(body) > LONGEST:
        sentence = N_("Ce texte est trop long : %(most)s caractères au plus.")
        raise Refused(sentence, field="later_note", most=LONGEST)
    late = contact.state == "wrapped_up"
    note = ContactNote(contact_id=contact.id, author_id=by.id, body=body, late=late, form_key=form_key)
    db.session.add(note)
    db.session.flush()
    history.record("contact.noted", contact, by=by.actor, citizen_id=contact.citizen_id)
    return note


def notes_of(contact_ids: Collection[int]) -> list[ContactNote]:
    """The notes of these contacts, oldest first."""
    query = db.select(ContactNote).where(ContactNote.contact_id.in_(contact_ids))
    return list(db.session.scalars(query.order_by(ContactNote.id)))


def _took_part(contact: Contact, by: Person) -> bool:
    """Whether their telephone was in the call, or they had the exchange."""
    spoke = db.select(Leg.id).filter_by(contact_id=contact.id, staff_id=by.id)
    if db.session.scalar(spoke.where(Leg.answered_at.is_not(None)).limit(1)) is not None:
        return True
    had = db.select(Event.id).filter_by(subject_type=Contact.__tablename__, subject_id=contact.id)
    had = had.filter_by(verb="contact.taken", actor_kind=by.actor.kind, actor_id=by.id)
    return db.session.scalar(had.limit(1)) is not None
