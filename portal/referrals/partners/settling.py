"""How an organization takes the referrals made to it: kept by those who send them."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import joinedload

from portal import history
from portal.citizens.identifying import email_address
from portal.database import check_version, db, locked
from portal.directory.models import Organization
from portal.errors import N_, Refused
from portal.history import Actor
from portal.referrals.models import Partner
from portal.referrals.partners.posting import Way, check_address

WAYS = ("email", "api", "phone", "none")
FIELDS = ("way", "email", "webhook_url", "remind_first", "remind_second")
PUBLIC = Way()
LATEST = 120  # working days: beyond, a reminder helps nobody


def partners(limit: int = 50, offset: int = 0) -> tuple[list[Partner], int]:
    """Those of whom it was settled how they take referrals, by name, and how many there are."""
    query = db.select(Partner).join(Partner.organization).options(joinedload(Partner.organization))
    found = db.session.scalars(query.order_by(Organization.name, Organization.id).limit(limit).offset(offset))
    return list(found), db.session.scalar(db.select(db.func.count()).select_from(Partner)) or 0


def find_partner(organization: Organization) -> Partner | None:
    """How this organization takes referrals, if it was settled."""
    query = db.select(Partner).filter_by(organization_id=organization.id)
    return db.session.scalar(query.options(joinedload(Partner.organization)))


def save_partner(
    organization: Organization, *, version: int, by: Actor, way_there: Way = PUBLIC, **values: Any
) -> Partner:
    """How it takes them from now on: the values of `FIELDS`. Refuses a way that lacks what it needs, a stale save."""
    values = _checked(values, way_there)
    db.session.scalar(locked(db.select(Organization.id).filter_by(id=organization.id)))
    partner = find_partner(organization)
    if partner is None:
        partner = Partner(organization=organization, **values)
        db.session.add(partner)
        history.record("partner.added", organization, by=by, details={"way": values["way"]})
        return partner
    before = {name: getattr(partner, name) for name in FIELDS}
    if before == values:
        return partner  # the same form, sent twice
    check_version(partner, version, values)
    for name, value in values.items():
        setattr(partner, name, value)
    changed = {name: [before[name], values[name]] for name in FIELDS if before[name] != values[name]}
    history.record("partner.changed", organization, by=by, details={"changed": changed})
    return partner


def _checked(values: dict[str, Any], way: Way) -> dict[str, Any]:
    if values["way"] not in WAYS:
        raise Refused(N_("Choisissez une des réponses proposées."), field="way")
    if values["way"] == "email" and not values["email"]:
        raise Refused(N_("Écrivez l’adresse à laquelle envoyer les orientations."), field="email")
    values = {**values, "email": email_address(values["email"]) if values["email"] else ""}
    if values["webhook_url"]:
        check_address(values["webhook_url"], way)
    first, second = values["remind_first"], values["remind_second"]
    if not 1 <= first <= LATEST:
        raise Refused(N_("Écrivez un nombre de jours entre 1 et 120."), field="remind_first")
    if not first < second <= LATEST:
        raise Refused(
            N_("La seconde relance vient après la première, avant 120 jours."), field="remind_second"
        )
    return values
