"""Who may change an organization's line of waiting people: one transaction at a time.

A place that comes in and an agent who becomes available, each in its own transaction, would not see one another and
nobody would be offered anything. So whoever is about to change places, offers or presences holds the desk first, until
the commit: an advisory lock on PostgreSQL; on SQLite whoever writes is alone already.

Locks are taken in this order, everywhere: a contact, the desk, then the desk's rows; but see `hold_place_alone`.
"""

from __future__ import annotations

from sqlalchemy import text

from portal.contacts.models import Contact
from portal.database import db, locked
from portal.desk.models import Offer, Place, Presence

DESK = 0x6465736B  # our part of the advisory locks' key space


def hold_desk(organization_id: int) -> None:
    """Holds the organization's line until the commit. Again in the same transaction does nothing."""
    db.session.flush()
    session = db.session()
    known = session.info.get(DESK) == (session.get_transaction(), organization_id)
    if db.engine.dialect.name == "postgresql" and not known:
        lock = text("SELECT pg_advisory_xact_lock(:desk, :organization)")
        db.session.execute(lock, {"desk": DESK, "organization": organization_id})
        session.info[DESK] = (
            session.get_transaction(),
            organization_id,
        )  # which the lock itself may have begun


def hold_place(contact: Contact) -> Place | None:
    """The place of a contact, held. Hold the contact first."""
    hold_desk(contact.organization_id)
    found: Place | None = db.session.scalar(locked(db.select(Place).filter_by(contact_id=contact.id)))
    return found


def hold_place_alone(contact: Contact) -> Place | None:
    """The place of a contact, held without the desk: enough to take it out of the line, or to write all that must be
    known before it is put in. Hold the contact first.

    Nobody waits for each other: of the places whose contact is not theirs, who holds the desk asks only for those
    that wait. So the desk may be held after a place that is found in another state, never after one that waits.
    """
    db.session.flush()
    found: Place | None = db.session.scalar(locked(db.select(Place).filter_by(contact_id=contact.id)))
    return found


def hold_offer(offer_id: int) -> Offer | None:
    """An offer with its contact and its place, held; the contact first, as every door does."""
    contact_id = db.session.scalar(db.select(Offer.contact_id).filter_by(id=offer_id))
    contact = db.session.scalar(locked(db.select(Contact).filter_by(id=contact_id)))
    if contact is None:
        return None
    hold_place(contact)
    found: Offer | None = db.session.scalar(locked(db.select(Offer).filter_by(id=offer_id)))
    return found


def live_offer(*, contact_id: int | None = None, staff_id: int | None = None) -> Offer | None:
    """The offer that rings for this contact, or at this agent's, if one does."""
    key = {"live_staff_id": staff_id} if contact_id is None else {"live_contact_id": contact_id}
    found: Offer | None = db.session.scalar(
        db.select(Offer).filter_by(**key).execution_options(populate_existing=True)
    )
    return found


def hold_presence(staff_id: int) -> Presence | None:
    """An agent's presence, held. Hold the desk first."""
    found: Presence | None = db.session.scalar(locked(db.select(Presence).filter_by(staff_id=staff_id)))
    return found
