"""Records as the API lists them: with their own fields and what they are of, without the lists that hang on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.database import db
from portal.directory.hsds import writing
from portal.directory.hsds.checking import Doc
from portal.directory.models import Organization, Service, ServiceAtLocation

MOST_SERVICES = 500  # of one organization, in its own record


def own_fields(record: Doc) -> Doc:
    """A record without the lists in it, and so for the records that it is of."""
    return {
        name: own_fields(value) if isinstance(value, dict) else value
        for name, value in record.items()
        if not isinstance(value, list)
    }


def services(ids: Sequence[int], *, full: bool) -> list[Doc]:
    rows = writing.services(ids)
    shelf = writing.Shelf(rows)
    records = [writing.service(row, shelf) for row in rows]
    return records if full else [own_fields(one) for one in records]


def changes(ids: Sequence[int]) -> list[Doc]:
    """Of each service, its id and when it changed."""
    query = db.select(Service.hsds_id, Service.changed_at).where(Service.id.in_(ids)).order_by(Service.id)
    return [
        {"id": name, "modified_date": at.isoformat() if at else None}
        for name, at in db.session.execute(query)
    ]


def organizations(ids: Sequence[int], *, full: bool, services_too: bool) -> list[Doc]:
    query = db.select(Organization).where(Organization.id.in_(ids)).order_by(Organization.id)
    rows = list(db.session.scalars(query))
    theirs = _services_of(ids) if full else {}
    shelf = writing.Shelf([one for some in theirs.values() for one in some], rows)
    if not full:
        return [own_fields(writing.organization(row, shelf)) for row in rows]
    records = [writing.organization_whole(row, shelf, theirs.get(row.id, [])) for row in rows]
    for record in () if services_too else records:
        record["services"] = [own_fields(one) for one in record["services"]]
    return records


def _services_of(ids: Sequence[int]) -> dict[int, list[Service]]:
    """The services in use of these organizations; of one that has many, so many."""
    found: dict[int, list[Service]] = {}
    for one in ids:
        query = db.select(Service.id).where(Service.organization_id == one, Service.active)
        some = list(db.session.scalars(query.order_by(Service.id).limit(MOST_SERVICES)))
        found[one] = writing.services(some)
    return found


def places(pairs: Sequence[tuple[int, int]], *, full: bool) -> list[Doc]:
    """Services at locations, each with its service and its location."""
    services = {one.id: one for one in writing.services([service_id for service_id, _ in pairs])}
    shelf = writing.Shelf(list(services.values()))
    rows: dict[Any, ServiceAtLocation] = {
        (row.service_id, row.location_id): row for some in shelf.places.values() for row in some
    }
    made = []
    for pair in pairs:
        service = writing.service(services[pair[0]], shelf, places_too=False)
        made.append({**writing.service_at_location(rows[pair], shelf), "service": service})
    return made if full else [own_fields(one) for one in made]
