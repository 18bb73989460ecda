"""Sending someone to a service: the act, and what is shown of it afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam
from sqlalchemy.orm import joinedload

from portal import history
from portal.among import among, in_order
from portal.citizens import people
from portal.contacts.models import Contact
from portal.database import db, hold, hold_all
from portal.directory.models import Organization, Service, ServiceText
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
    hold(contact)  # two forms at once make one
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


def hold_referrals(*referrals: Referral) -> None:
    """These, and before them the exchanges in which they were made, held until the commit and read afresh: whoever
    sends begins with the exchange, and whoever answers may bring it back."""
    hold_all(Contact, {one.contact_id for one in referrals})
    hold_all(Referral, {one.id for one in referrals})


def referrals_of(contact_ids: Iterable[int]) -> list[Referral]:
    """What was referred from these contacts."""
    return list(db.session.scalars(_made_in(), {"contacts": contact_ids}).unique())


@cache
def _made_in() -> Select[Referral]:
    service = joinedload(Referral.service)
    query = db.select(Referral).where(among(Referral.contact_id, "contacts"))
    query = query.order_by(in_order(Referral.id).desc()).limit(200)
    return query.options(service.joinedload(Service.texts), service.joinedload(Service.organization))


class Made(NamedTuple):
    """What a line of a timeline says of a referral: from which contact, to whom, how it stands, and why."""

    contact_id: int
    service: str
    state: str
    reason: str


def told_of(contact_ids: Iterable[int]) -> list[Made]:
    """The same in a few words, for many contacts at once."""
    return [Made(*row) for row in db.session.execute(_told_of(), {"contacts": contact_ids})]


@cache
def _told_of() -> Select[Any]:
    query = db.select(Referral.contact_id, _in_french(), Referral.state, Referral.reason)
    query = _of_services(query).where(among(Referral.contact_id, "contacts"))
    return query.order_by(in_order(Referral.id).desc()).limit(200)


class Elsewhere(NamedTuple):
    """All that may be shown of what another organization referred: to whom, when, and its state."""

    service: str
    organization: str
    at: datetime
    state: str


def elsewhere(citizen_id: int, *, organization_id: int) -> list[Elsewhere]:
    """What other organizations than this one referred, the latest first."""
    asked = {"files": people.ids(citizen_id), "mine": organization_id}
    return [Elsewhere(*row) for row in db.session.execute(_made_elsewhere(), asked)]


@cache
def _made_elsewhere() -> Select[Any]:
    query = db.select(_in_french(), Organization.name, Referral.created_at, Referral.state)
    query = _of_services(query).join(Organization, Organization.id == Service.organization_id)
    query = query.where(Referral.citizen_id.in_(bindparam("files", expanding=True)))
    return query.where(Referral.organization_id != bindparam("mine")).order_by(Referral.id.desc()).limit(20)


def _in_french() -> ColumnElement[str]:
    return db.func.coalesce(ServiceText.name, "")


def _of_services(query: Select[Any]) -> Select[Any]:
    """With what their services are called in French."""
    in_french = (ServiceText.service_id == Service.id) & (ServiceText.language == "fr")
    return query.join(Service, Service.id == Referral.service_id).outerjoin(ServiceText, in_french)


def follow_contact(contact: Contact) -> None:
    """It is now known whose contact this is, or was not: so are its referrals."""
    for made in db.session.scalars(db.select(Referral).filter_by(contact_id=contact.id)):
        made.citizen_id = contact.citizen_id
