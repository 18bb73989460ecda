"""A contact was another person's: it goes to their file with what was promised in it, and comes back if that was wrong.

Its case goes along, or the contact leaves it: where others of the case stay with the first person, that is asked.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from portal import history
from portal.cases import opening
from portal.cases.changing import deeds
from portal.cases.models import Case, Deed, Promise
from portal.citizens import people
from portal.citizens.models import Citizen, DeniedLink, Identifier, IdentifierLink
from portal.contacts.models import Contact
from portal.contacts.telling import tell_of
from portal.database import db, hold
from portal.errors import N_, Refused
from portal.history import Event, Person

SAID = ("contact.begun", "contact.attributed", "contact.handed_to")


def hand_to(
    contact: Contact, citizen: Citizen | None, *, case_too: bool, by: Person, form_key: str | None = None
) -> Deed:
    """This contact is that person's, or nobody knows whose. The same form sent twice hands it over once."""
    known = deeds.done_by(form_key)
    if known is not None:
        return known
    hold(contact)
    was = contact.citizen_id
    now = people.head(citizen).id if citizen is not None else None
    if was == now or (was and now and people.head_id(was) == now):
        raise Refused(N_("Cet échange est déjà dans le dossier de cette personne."), field="citizen")
    with deeds.doing("split", "Échange passé d’un dossier à un autre", by=by, form_key=form_key) as act:
        contact.citizen_id, contact.certainty = now, "confirmed" if now else "denied"
        if not case_too:
            _leave_case(contact, by)
        opening.follow_contact(contact, by=by.actor)
    _tell(contact, "contact.handed_to", (was, now), act.deed, by)
    return act.deed


def take_back(contact: Contact, deed: Deed, *, by: Person) -> deeds.Undone:
    """It was the first person's after all: whatever nobody changed since is as it was."""
    there = contact.citizen_id
    undone = deeds.undo(deed, by=by)
    if undone.given_back:
        _tell_links(deed, undone, by)
        _tell(contact, "contact.handed_back", (there, contact.citizen_id), deed, by)
    return undone


def handed_by(contact: Contact) -> Deed | None:
    """What handed it over last, while that can be undone."""
    query = db.select(Event.details).filter_by(subject_type=Contact.__tablename__, subject_id=contact.id)
    details = db.session.scalar(query.filter_by(verb="contact.handed_to").order_by(Event.id.desc()).limit(1))
    deed = db.session.get(Deed, details["deed"]) if details else None
    return deed if deed is not None and deed.undone_at is None else None


def others_of_case(contact: Contact) -> list[Contact]:
    """The other contacts of the matter it is part of."""
    if contact.case_id is None:
        return []
    query = db.select(Contact).where(Contact.case_id == contact.case_id, Contact.id != contact.id)
    return list(db.session.scalars(query.order_by(Contact.started_at, Contact.id)))


def recorded_since(files: Collection[int], since: datetime) -> list[Contact]:
    """The contacts of these files that were recorded for them since then, the latest first."""
    told = db.select(Event.subject_id).where(
        Event.citizen_id.in_(files), Event.verb.in_(SAID), Event.subject_type == Contact.__tablename__
    )
    query = db.select(Contact).where(Contact.id.in_(told.where(Event.at >= since)))
    query = query.where(Contact.citizen_id.in_(files))
    return list(db.session.scalars(query.order_by(Contact.started_at.desc(), Contact.id.desc())))


def by_identifier(
    contacts: Collection[Contact], leaving: Collection[int], staying: Collection[int]
) -> set[int]:
    """Which of these came from a number or an address that only those who leave are known to use."""
    used = {one.identifier_id for one in contacts if one.identifier_id is not None}
    links = list(db.session.scalars(db.select(IdentifierLink).where(IdentifierLink.identifier_id.in_(used))))
    theirs = {link.identifier_id for link in links if link.citizen_id in leaving}
    ours = {link.identifier_id for link in links if link.citizen_id in staying}
    return {one.id for one in contacts if one.identifier_id in theirs - ours}


def _tell_links(deed: Deed, undone: deeds.Undone, by: Person) -> None:
    """Whose the number or the address is again; it may be guessed again."""
    for step in (one for one in deed.changes if one["table"] == IdentifierLink.__tablename__):
        identifier_id, citizen_id = step["id"]
        used, citizen = db.session.get(Identifier, identifier_id), db.session.get(Citizen, citizen_id)
        if step in undone.left or used is None or citizen is None:
            continue
        if step.get("gone"):
            denied = db.session.get(DeniedLink, (identifier_id, citizen_id))
            if denied is not None:
                db.session.delete(denied)
        verb = "citizen.linked" if step.get("gone") else "citizen.unlinked"
        details = {"identifier": used.kind, "deed": deed.id}
        history.record(verb, citizen, by=by.actor, citizen_id=citizen.id, details=details)


def _leave_case(contact: Contact, by: Person) -> None:
    """The matter stays with the first person; this contact and what was promised in it are no part of it."""
    case = db.session.get(Case, contact.case_id) if contact.case_id else None
    if case is None:
        return
    for made in db.session.scalars(db.select(Promise).filter_by(contact_id=contact.id)):
        made.case_id = None
    contact.case_id = None
    details = {"contact": contact.id}
    history.record("case.contact_left", case, by=by.actor, citizen_id=case.citizen_id, details=details)


def _tell(contact: Contact, verb: str, files: Collection[int | None], deed: Deed, by: Person) -> None:
    """In both files."""
    for own in files:
        if own is not None:
            history.record(verb, contact, by=by.actor, citizen_id=own, details={"deed": deed.id})
    tell_of(contact)
