"""By which ways a service takes those who are sent to it."""

from __future__ import annotations

from portal.database import db
from portal.directory.models import Organization, Service
from portal.referrals.models import Partner
from portal.rights import READERS
from portal.staff.models import Staff

WAYS = ("told", "phone", "email", "here", "api")


def partner_of(service: Service) -> Partner | None:
    """What its organization said of how it takes referrals, if it did."""
    return db.session.get(Partner, service.organization_id)


def address_of(service: Service) -> str:
    """Where a letter about a referral goes: what the organization chose, else what the directory says."""
    partner = partner_of(service)
    if partner is not None and partner.way == "none":
        return ""
    chosen = partner.email if partner is not None else ""
    return chosen or service.email or service.organization.email


def known_addresses() -> dict[int, str]:
    """The organizations that work with us, partners and those of our staff, and the address a partner chose."""
    ours = dict.fromkeys(db.session.scalars(db.select(Staff.organization_id).distinct()), "")
    return ours | {one.organization_id: one.email for one in db.session.scalars(db.select(Partner))}


def ways(service: Service) -> list[str]:
    """How someone can be sent there, the surest first."""
    partner = partner_of(service)
    way = partner.way if partner is not None else ""
    fits = {
        "api": way == "api",
        # whatever its partner's sheet says: its agents read it here
        "here": has_desk(service.organization_id),
        "email": way != "api" and bool(address_of(service)),
        "phone": bool(service.phone),
        "told": True,
    }
    return [one for one, fit in fits.items() if fit]


def has_desk(organization_id: int) -> bool:
    """Whether agents of this organization work on this instance: they read what is sent to it, without a letter."""
    answering = Staff.role.in_(READERS) & Staff.disabled_at.is_(None)
    found = db.select(Staff.id).where(Staff.organization_id == organization_id, answering)
    return db.session.scalar(found.limit(1)) is not None


def name_of(service: Service, language: str = "fr") -> str:
    """The service's name in this language, else in French, else its organization's."""
    text = service.texts.get(language) or service.texts.get("fr")
    return text.name if text is not None else service.organization.name


def sender_of(organization_id: int) -> Organization:
    return db.session.get_one(Organization, organization_id)
