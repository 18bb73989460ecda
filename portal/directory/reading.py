"""Looking things up in the directory: services, their texts in a language, organizations, communes, numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnExpressionArgument, Select, bindparam
from sqlalchemy.orm import joinedload

from portal.database import db
from portal.directory import stamps
from portal.directory.finding.searching import find_services
from portal.directory.models import HelpNumber, Organization, Service, ServiceText
from portal.directory.names import name_key
from portal.errors import N_, Missing

__all__ = ["find_services", "name_key"]

SERVICES = "services"  # the stamp of where each organization's services are
REFERENCE = "fr"  # the language every text exists in

_WHOLE = (joinedload(Service.organization), joinedload(Service.texts))


def host() -> Organization | None:
    """The organization whose public pages and lines these are."""
    return db.session.scalar(db.select(Organization).filter_by(is_host=True).order_by(Organization.id))


def department_of(organization_id: int) -> str:
    """Where an organization is: the department of most of its services; empty where they have none."""
    asked = {"organization": organization_id}
    return stamps.kept(SERVICES, lambda: db.session.scalar(_most_served(), asked) or "", of=organization_id)


@cache
def _most_served() -> Select[str]:
    """Made once a process."""
    query = db.select(Service.department).where(Service.organization_id == bindparam("organization"))
    query = query.where(Service.active, Service.department != "").group_by(Service.department)
    return query.order_by(db.func.count().desc(), Service.department).limit(1)


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
    return whole(Service.slug.in_(slugs), Service.active)


def whole(*conditions: ColumnExpressionArgument[bool]) -> list[Service]:
    """The services of which this is true, with their organization and texts, in the order they were made."""
    query = db.select(Service).where(*conditions).order_by(Service.id).options(*_WHOLE)
    return list(db.session.scalars(query).unique())


class Few(NamedTuple):
    """Some services, the host's first, and those which are the host's."""

    ids: Sequence[int] = ()
    of_host: Sequence[int] = ()


def few_of_kinds(asked: Mapping[str, Collection[str]], limit: int) -> dict[str, Few]:
    """Some active services of each of these lists of kinds. Read in the order of an index: never all of them.

    A directory may have 36,000 of one kind: which of them serves a commune, `offices.resolve` tells.
    """
    queries = [query for name, kinds in asked.items() if kinds for query in _few(name, kinds, limit)]
    host: dict[str, dict[int, None]] = {name: {} for name in asked}
    others: dict[str, dict[int, None]] = {name: {} for name in asked}
    rows = db.session.execute(db.union_all(*queries)).all() if queries else []
    for name, of_host, service_id, *_ in sorted(rows, key=_in_order):
        (host if of_host else others)[name][service_id] = None
    return {name: Few(list(host[name] | others[name])[:limit], list(host[name])) for name in asked}


def _few(name: str, kinds: Collection[str], limit: int) -> list[Select[Any]]:
    """The query of the host's, and that of any, each in the order of an index."""
    seat = (Service.kind, Service.department, Service.commune)
    query = db.select(db.literal(name).label("name"), Service.id, *seat)
    query = query.where(Service.kind.in_(kinds), Service.active).limit(limit)
    host = query.join(Service.organization).where(Organization.is_host).order_by(Service.id).subquery()
    first = query.order_by(*seat).subquery()
    return [
        db.select(each.c.name, db.literal(ours), each.c.id, each.c.kind, each.c.department, each.c.commune)
        for each, ours in ((host, 1), (first, 0))
    ]


def _in_order(row: Any) -> tuple[Any, ...]:
    """The host's by number, the others by where they are."""
    _, ours, service_id, *seat = row
    return (ours, *([] if ours else seat), service_id)


def help_numbers(*, emergency: bool | None = None) -> list[HelpNumber]:
    """The national numbers, in order; only those of emergencies, or only the others, if asked."""
    query = db.select(HelpNumber).order_by(HelpNumber.position, HelpNumber.number)
    if emergency is not None:
        query = query.filter_by(emergency=emergency)
    return list(db.session.scalars(query))


stamps.follow(SERVICES, Service)
