"""Where services are given: the rows that join them to locations follow what the records say."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import joinedload

from portal.database import db
from portal.directory.editing import department_of
from portal.directory.finding.candidates import INSEE
from portal.directory.hsds.apart import Apart
from portal.directory.hsds.checking import Doc
from portal.directory.hsds.lenses import dicts, fill, take_in
from portal.directory.hsds.mapping import SERVICE_AT_LOCATION
from portal.directory.hsds.writing import ROW
from portal.directory.models import Location, Service, ServiceAtLocation

Pair = tuple[int, int]


def join_places(apart: Apart, services: dict[str, Service], locations: dict[str, Location]) -> None:
    """Joins the services of a batch to their locations; those that a service no longer names are parted."""
    wanted: dict[Pair, Doc] = {}
    for (service_id, location_id), kept in apart.places.items():
        if service_id in services:
            wanted[services[service_id].id, locations[location_id].id] = kept
    rows = _rows_of([services[name].id for name in apart.services if name in services])
    for pair, row in rows.items():
        if pair not in wanted and not _still_named(row, apart, services):
            db.session.delete(row)
    db.session.flush()
    taken = _taken([kept["id"] for kept in wanted.values()])
    for pair, kept in wanted.items():
        if pair in rows:
            _change(rows[pair], kept)
        else:
            name = {"hsds_id": kept["id"]} if kept["id"] not in taken else {}
            taken.add(kept["id"])
            row = ServiceAtLocation(service_id=pair[0], location_id=pair[1], **name)
            fill(row, kept, SERVICE_AT_LOCATION)
            row.hsds = kept
            db.session.add(row)
    _stand(apart, services, locations)


def _change(row: ServiceAtLocation, kept: Doc) -> None:
    after = dict(row.hsds) | kept
    if row.hsds != after:
        take_in(row, dict(row.hsds), after, SERVICE_AT_LOCATION)
        row.hsds = after


def _rows_of(ids: list[int]) -> dict[Pair, ServiceAtLocation]:
    query = db.select(ServiceAtLocation).where(ServiceAtLocation.service_id.in_(ids))
    return {(row.service_id, row.location_id): row for row in db.session.scalars(query)}


def _still_named(row: ServiceAtLocation, apart: Apart, services: dict[str, Service]) -> bool:
    """Whether the record of its service says nothing against this row: it names it, or it never came from a record."""
    if not row.hsds:
        return True
    service = next(one for one in services.values() if one.id == row.service_id)
    said: Any = apart.services[str(service.hsds_id)].get("service_at_locations")
    if said is None:
        return True
    moved = any(
        kept["id"] == row.hsds["id"] for (name, _), kept in apart.places.items() if name == service.hsds_id
    )
    return not moved and any(one.get(ROW) == row.hsds["id"] for one in dicts(said))


def _taken(names: list[str]) -> set[str]:
    query = db.select(ServiceAtLocation.hsds_id).where(ServiceAtLocation.hsds_id.in_(names))
    return {name for name in db.session.scalars(query) if name}


def follow(moved: dict[int, str]) -> None:
    """Services that stand where these locations stood (by id: what their address was) stand where they are now; one
    whose address is another, or was changed here, stays."""
    if not moved:
        return
    query = db.select(ServiceAtLocation).where(ServiceAtLocation.location_id.in_(moved))
    for row in db.session.scalars(query.options(joinedload(ServiceAtLocation.service))):
        service, location = row.service, row.location
        if service.address == moved[location.id]:
            service.address = line_of(location)
            _seat(service, location.commune or service.commune)


def line_of(location: Location) -> str:
    """Its address in one line."""
    town = f"{location.postal_code} {location.city}".strip()
    return ", ".join(part for part in (location.address_1, town) if part)


def _seat(service: Service, commune: str) -> None:
    """Whom it serves is told by the department of its seat too."""
    if INSEE.fullmatch(commune):
        service.commune, service.department = commune, department_of(commune)


def _stand(apart: Apart, services: dict[str, Service], locations: dict[str, Location]) -> None:
    """A service that does not say where it is stands where it is first given."""
    for service_id, location_id in apart.places:
        service, location = services.get(service_id), locations[location_id]
        if service is None or service.address or location.location_type == "virtual":
            continue
        service.address = line_of(location)
        if not service.commune:
            _seat(service, location.commune)
