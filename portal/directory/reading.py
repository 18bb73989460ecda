"""Looking things up in the directory: services, their texts in a language, organizations, communes, numbers."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import joinedload

from portal.database import db
from portal.directory.models import HelpNumber, Organization, Service, ServiceText
from portal.directory.names import name_key
from portal.directory.searching import find_services
from portal.errors import N_, Missing

__all__ = ["find_services", "name_key"]

REFERENCE = "fr"  # the language every text exists in

_WHOLE = (joinedload(Service.organization), joinedload(Service.texts))


def host() -> Organization | None:
    """The organization whose public pages and lines these are."""
    return db.session.scalar(db.select(Organization).filter_by(is_host=True).order_by(Organization.id))


def front_desk() -> Service | None:
    """The service that answers the host's number, else the host's first."""
    first = db.select(Organization.id).where(Organization.is_host).order_by(Organization.id).limit(1)
    phone = db.select(Organization.phone).where(Organization.id == Service.organization_id).scalar_subquery()
    ours = db.select(Service.id).where(Service.organization_id == first.scalar_subquery(), Service.active)
    front = ours.order_by((Service.phone == phone).desc(), Service.id).limit(1)
    whole = db.select(Service).where(Service.id == front.scalar_subquery()).options(*_WHOLE)
    return db.session.scalars(whole).unique().first()


def service(key: int | str) -> Service:
    """The service of this id or slug, with its organization and texts. Raises `Missing`."""
    column = Service.id if isinstance(key, int) else Service.slug
    found = db.session.scalars(db.select(Service).where(column == key).options(*_WHOLE)).unique().first()
    if found is None:
        raise Missing(N_("Ce service n’existe pas ou n’existe plus."))
    return found


def organization(key: int | str) -> Organization:
    """The organization of this id or slug. Raises `Missing`."""
    column = Organization.id if isinstance(key, int) else Organization.slug
    found = db.session.scalar(db.select(Organization).where(column == key))
    if found is None:
        raise Missing(N_("Cet organisme n’existe pas ou n’existe plus."))
    return found


def text_in(service: Service, language: str) -> ServiceText:
    """The service's name and summary in `language`, else in French, else under its slug."""
    texts = service.texts
    return texts.get(language) or texts.get(REFERENCE) or ServiceText(name=service.slug, summary="")


def services_among(slugs: Collection[str]) -> list[Service]:
    """The active services with one of these slugs."""
    wanted = db.select(Service).where(Service.active, Service.slug.in_(slugs))
    query = wanted.order_by(Service.id).options(*_WHOLE)
    return list(db.session.scalars(query).unique())


def ids_of_kinds(kinds: Collection[str], limit: int) -> list[int]:
    """Some active services of these kinds, the host's first. Read in the order of an index: never all of them.

    A directory may have 36,000 of one kind: which of them serves a commune, `offices.resolve` tells.
    """
    if not kinds:
        return []
    query = db.select(Service.id).where(Service.kind.in_(kinds), Service.active).limit(limit)
    of_host = db.session.scalars(
        query.join(Service.organization).where(Organization.is_host).order_by(Service.id)
    )
    others = db.session.scalars(query.order_by(Service.kind, Service.department, Service.commune))
    return list(dict.fromkeys([*of_host, *others]))[:limit]


def help_numbers(*, emergency: bool | None = None) -> list[HelpNumber]:
    """The national numbers, in order; only those of emergencies, or only the others, if asked."""
    query = db.select(HelpNumber).order_by(HelpNumber.position, HelpNumber.number)
    if emergency is not None:
        query = query.filter_by(emergency=emergency)
    return list(db.session.scalars(query))
