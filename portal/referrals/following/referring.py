"""Sending someone to a service: the act, and what is shown of it afterwards."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import joinedload

from portal import history
from portal.citizens import people
from portal.contacts.models import Contact
from portal.database import db, locked
from portal.directory.models import Service
from portal.errors import N_, Refused
from portal.history import Actor
from portal.referrals.models import Referral

GOING_ON = ("proposed", "sent", "received", "accepted")


def refer(
    contact: Contact,
    service_id: int,
    *,
    reason: str,
    rule_version_id: int | None = None,
    former: Referral | None = None,
    by: Actor,
) -> Referral:
    """Proposes to send the citizen of this contact to a service, and says why. Twice to the same one is once, while it
    goes on; `former` is the referral that came back, and that this one follows."""
    db.session.scalar(locked(db.select(Contact.id).filter_by(id=contact.id)))  # two forms at once make one
    query = db.select(Referral).filter_by(contact_id=contact.id, service_id=service_id)
    query = query.where(Referral.state.in_(GOING_ON)).order_by(Referral.id.desc()).limit(1)
    made = db.session.scalar(query)
    if made is not None:
        return made
    service = db.session.get(Service, service_id)
    if service is None or not service.active:
        raise Refused(N_("Ce service n’existe plus."), field="service")
    if not reason.strip():
        raise Refused(N_("Dites pourquoi vous orientez vers ce service."), field="reason")
    made = Referral(
        organization_id=contact.organization_id,
        contact_id=contact.id,
        citizen_id=contact.citizen_id,
        service_id=service.id,
        rule_version_id=rule_version_id,
        reason=reason.strip(),
        former_id=former.id if former else None,
        first_received_at=former.first_received_at if former else None,
        nature=former.nature if former else "information",
        created_by=by.id,
    )
    db.session.add(made)
    details = {"service": service.slug, "rule": rule_version_id}
    history.record("referral.made", made, by=by, citizen_id=contact.citizen_id, details=details)
    return made


def referrals_of(contact_ids: Iterable[int]) -> list[Referral]:
    """What was referred from these contacts."""
    return _listed(Referral.contact_id.in_(list(contact_ids)), limit=200)


def elsewhere(citizen_id: int, *, organization_id: int) -> list[Referral]:
    """What other organizations referred: that it was, to whom, when, and its state are all that may be shown of it."""
    theirs = Referral.citizen_id.in_(people.ids(citizen_id))
    return _listed(theirs, Referral.organization_id != organization_id, limit=20)


def follow_contact(contact: Contact) -> None:
    """It is now known whose contact this is, or was not: so are its referrals."""
    for made in db.session.scalars(db.select(Referral).filter_by(contact_id=contact.id)):
        made.citizen_id = contact.citizen_id


def _listed(*conditions: object, limit: int) -> list[Referral]:
    service = joinedload(Referral.service)
    query = db.select(Referral).where(*conditions).order_by(Referral.id.desc()).limit(limit)
    query = query.options(service.joinedload(Service.texts), service.joinedload(Service.organization))
    return list(db.session.scalars(query).unique())
