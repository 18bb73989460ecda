"""Pages of the directory for the read API: which records, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false

from portal.database import db
from portal.directory.hsds.models import ServiceTerm, TaxonomyTerm
from portal.directory.hsds.taxonomies import OURS, kind_terms
from portal.directory.models import (
    Location,
    Organization,
    Service,
    ServiceAtLocation,
)
from portal.directory.names import search_words


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader of the directory asks for; empty, nothing is asked."""

    search: str = ""
    organization_id: str = ""
    modified_after: datetime | None = None
    taxonomy_id: str = ""
    taxonomy_term_id: str = ""
    postcode: str = ""


Page = tuple[list[Any], int]


def services(asked: Asked, limit: int, offset: int) -> Page:
    """The ids of some of the services that fit, and how many fit."""
    return _page(db.select(Service.id).where(*_wanted(asked)), Service.id, limit, offset)


def places(asked: Asked, limit: int, offset: int) -> Page:
    """The (service, location) of some of the services at locations that fit, and how many fit."""
    query = db.select(ServiceAtLocation.service_id, ServiceAtLocation.location_id)
    query = query.join(ServiceAtLocation.service).where(*_wanted(asked))
    if asked.postcode:
        query = query.join(ServiceAtLocation.location).where(Location.postal_code == asked.postcode)
    keys = (ServiceAtLocation.service_id, ServiceAtLocation.location_id)
    found = db.session.execute(query.order_by(*keys).limit(limit).offset(offset)).all()
    return [tuple(row) for row in found], _count(query)


def organizations(search: str, limit: int, offset: int) -> Page:
    """The ids of some of the organizations whose name holds these words, and how many do."""
    query = db.select(Organization.id)
    for word in search.split()[:10]:
        query = query.where(Organization.name.icontains(word, autoescape=True))
    return _page(query, Organization.id, limit, offset)


def _page(query: Any, key: Any, limit: int, offset: int) -> Page:
    ids = list(db.session.scalars(query.order_by(key).limit(limit).offset(offset)))
    if 0 < len(ids) < limit:
        return ids, offset + len(ids)
    return ids, _count(query)


def _count(query: Any) -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(query.order_by(None).subquery())) or 0


def _wanted(asked: Asked) -> list[ColumnElement[bool]]:
    """Only the services in use; but who follows what changed is told of those that were retired too."""
    wanted: list[ColumnElement[bool]] = [] if asked.modified_after else [Service.active.is_(True)]
    words = search_words(asked.search)[:10]
    wanted += [Service.search_key.contains(f" {word}", autoescape=True) for word in words]
    if asked.organization_id:
        owner = db.select(Organization.id).where(Organization.hsds_id == asked.organization_id)
        wanted.append(Service.organization_id == owner.scalar_subquery())
    if asked.modified_after:
        wanted.append(Service.changed_at >= asked.modified_after)
    if asked.taxonomy_term_id:
        wanted.append(_of_term(asked.taxonomy_term_id))
    if asked.taxonomy_id:
        wanted.append(_of_taxonomy(asked.taxonomy_id))
    return wanted


def _of_term(term_id: str) -> ColumnElement[bool]:
    kind = next((one["code"] for one in kind_terms() if one["id"] == term_id), None)
    if kind is not None:
        return Service.kind == kind
    return Service.id.in_(db.select(ServiceTerm.service_id).where(ServiceTerm.term_id == term_id))


def _of_taxonomy(taxonomy_id: str) -> ColumnElement[bool]:
    if taxonomy_id == OURS["id"]:
        return Service.kind != ""
    if not taxonomy_id:
        return false()
    of_it = db.select(TaxonomyTerm.id).where(TaxonomyTerm.taxonomy_id == taxonomy_id)
    return Service.id.in_(db.select(ServiceTerm.service_id).where(ServiceTerm.term_id.in_(of_it)))
