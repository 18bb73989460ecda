"""Who may change an organization's line of waiting people: one transaction at a time.

A place that comes in and an agent who becomes available, each in its own transaction, would not see one another and
nobody would be offered anything. So whoever puts a place in line or makes an agent free holds the desk from before it
looks who waits and who is free, until the commit: an advisory lock on PostgreSQL; on SQLite whoever writes is alone
already. Whoever only takes a place or an agent away holds their rows: a centre's calls all pass by the one desk, and
each instant that it is held is an instant that all wait.

Locks are taken in this order, everywhere: identifiers; contacts; deeds; the referrals made in them; cases; messages; a
contact's place where it does not wait, and its offer; the desk; the places that wait, presences. Of these last, whoever
has not the desk holds one at most: it could be another's second. Several of a kind are taken in the order of their
keys.
See `hold_place_alone`, and `hold_refusable` for who comes from the agent's side.
"""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from sqlalchemy import Select, bindparam, text
from sqlalchemy.orm.attributes import set_committed_value

from portal.contacts.models import Contact
from portal.database import db, locked
from portal.desk.models import Offer, Place, Presence

DESK = 0x6465736B  # our part of the advisory locks' key space
PLACE = "place held"
LOCK = text("SELECT pg_advisory_xact_lock(:desk, :organization)")


def hold_desk(organization_id: int) -> None:
    """Holds the organization's line until the commit. Again in the same transaction does nothing."""
    db.session.flush()
    session = db.session()
    known = session.info.get(DESK) == (session.get_transaction(), organization_id)
    if db.engine.dialect.name == "postgresql" and not known:
        db.session.execute(LOCK, {"desk": DESK, "organization": organization_id})
        # the transaction as it is now: the lock itself may have begun it
        session.info[DESK] = session.get_transaction(), organization_id


def hold_place(contact: Contact) -> Place | None:
    """The place of a contact, held. Hold the contact first."""
    hold_desk(contact.organization_id)
    return _held_place(contact, _place())


def hold_place_alone(contact: Contact) -> Place | None:
    """The place of a contact, held without the desk: enough to take it out of the line, or to write all that must be
    known before it is put in. Hold the contact first.

    Nobody waits for each other: of the places whose contact is not theirs, who holds the desk asks only for those
    that wait. So the desk may be held after a place that is found in another state, never after one that waits.
    """
    db.session.flush()
    return _held_place(contact, _place())


def _held_place(contact: Contact, query: Select[Any]) -> Place | None:
    """Held and read once a transaction: until its end nobody else changes it."""
    session = db.session()
    transaction, known = session.info.get(PLACE, (None, None))
    if known is not None and known.contact_id == contact.id and transaction is session.get_transaction():
        return cast(Place, known)
    found: Place | None = session.scalar(query, {"contact": contact.id})
    if found is not None:
        set_committed_value(found, "contact", contact)  # at hand, without reading it again
        session.info[PLACE] = session.get_transaction(), found
    return found


def hold_offer(offer_id: int) -> Offer | None:
    """An offer with its contact and its place, held; the contact first, as every door does.

    Held before the desk, the place must not wait, nor come to wait while it is asked for: one that is offered cannot
    where its offer is held, one that left the line cannot where its contact is.
    """
    contact = db.session.scalar(_contact_of_offer(), {"offer": offer_id})
    if contact is None:
        return None
    found: Offer = db.session.scalars(_offer(), {"offer": offer_id}).one()
    place = _held_place(contact, _place() if found.state == "ringing" else _place_out_of_line())
    set_committed_value(found, "contact", contact)  # at hand, without reading either again
    set_committed_value(found, "place", place or hold_place(contact))
    return found


def live_offer(*, contact_id: int | None = None, staff_id: int | None = None) -> Offer | None:
    """The offer that rings for this contact, or at this agent's, if one does."""
    key = {"live_staff_id": staff_id} if contact_id is None else {"live_contact_id": contact_id}
    found: Offer | None = db.session.scalar(
        db.select(Offer).filter_by(**key).execution_options(populate_existing=True)
    )
    return found


def hold_ringing(contact: Contact) -> Offer | None:
    """The offer that rings for this contact, held. Hold its place first."""
    found: Offer | None = db.session.scalar(_ringing(), {"contact": contact.id})
    return found


def hold_refusable(staff_id: int) -> Offer | None:
    """The offer that rings at this agent's, held with its place, for an agent who is leaving. None also where somebody
    is settling it at this instant, who holds its contact first and may want what is held here: it is theirs to end."""
    found: Offer | None = db.session.scalar(_refusable(), {"staff": staff_id})
    return found


def hold_presence(staff_id: int) -> Presence | None:
    """An agent's presence, held. Hold the desk first, if the agent may become free."""
    found: Presence | None = db.session.scalar(_presence(), {"staff": staff_id})
    return found


# The queries of every call, each built once a process: building one costs more than PostgreSQL takes to answer it.


@cache
def _place() -> Select[Any]:
    return locked(db.select(Place).filter_by(contact_id=bindparam("contact")))


@cache
def _place_out_of_line() -> Select[Any]:
    return _place().where(Place.state.not_in(("waiting", "offered")))


@cache
def _contact_of_offer() -> Select[Any]:
    query = (
        db.select(Contact).join(Offer, Offer.contact_id == Contact.id).where(Offer.id == bindparam("offer"))
    )
    return query.with_for_update(of=Contact, key_share=True).execution_options(populate_existing=True)


@cache
def _offer() -> Select[Any]:
    return locked(db.select(Offer).filter_by(id=bindparam("offer")))


@cache
def _ringing() -> Select[Any]:
    return locked(db.select(Offer).filter_by(live_contact_id=bindparam("contact")))


@cache
def _refusable() -> Select[Any]:
    query = db.select(Offer).join(Place).where(Offer.live_staff_id == bindparam("staff"))
    query = query.with_for_update(of=[Offer, Place], key_share=True, skip_locked=True)
    return query.execution_options(populate_existing=True)


@cache
def _presence() -> Select[Any]:
    return locked(db.select(Presence).filter_by(staff_id=bindparam("staff")))
