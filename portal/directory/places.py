"""Where a service is given: its locations as a form edits them. Several services may share one."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import joinedload

from portal.database import db
from portal.directory.hours.opening import check_schedule
from portal.directory.models import ListedPhone, Location, Service, ServiceAtLocation, ServiceText
from portal.errors import N_, Refused

TYPES = ("physical", "postal", "virtual")
FIELDS = (
    "location_type",
    "name",
    "description",
    "address_1",
    "address_2",
    "postal_code",
    "city",
    "commune",
    "latitude",
    "longitude",
    "transportation",
    "accessibility",
    "schedule",
)
TYPED = ("name", "address_1", "address_2", "postal_code", "city", "commune")

Row = dict[str, Any]


def rows_of(service: Service) -> list[Row]:
    """The locations of a service, the first first."""
    return [_row(one) for one in of(service)]


def of(service: Service) -> list[Location]:
    """The locations themselves."""
    query = db.select(ServiceAtLocation).filter_by(service_id=service.id)
    query = query.options(joinedload(ServiceAtLocation.location)).order_by(ServiceAtLocation.location_id)
    return [link.location for link in db.session.scalars(query)]


def check(rows: list[Row]) -> list[Row]:
    """The rows that say a place. Refuses coordinates that are on no map, and hours that cannot be."""
    kept = []
    for n, row in enumerate(rows, 1):
        if not row.get("id") and not any(row[name] for name in TYPED):
            continue
        for name, most in (("latitude", 90), ("longitude", 180)):
            if row[name] is not None and not -most <= row[name] <= most:
                raise Refused(N_("Ces coordonnées ne sont sur aucune carte."), field=f"places-{n}-{name}")
        kept.append({**row, "schedule": check_schedule(row["schedule"])})
    return kept


def are_stale(service: Service, rows: list[Row]) -> bool:
    """Whether another service's form changed one of these places since they were shown."""
    now = {one.id: one.version for one in of(service)}
    return any(row.get("version") not in (None, now.get(row["id"])) for row in rows if row.get("id"))


def write(service: Service, rows: list[Row]) -> None:
    """Makes these the locations of the service. One that it leaves is deleted when no other service is given there."""
    known = {one.id: one for one in of(service)}
    for row in rows:
        place = known.pop(row.get("id") or 0, None)
        if place is None:
            place = Location(organization_id=service.organization_id)
            db.session.add(place)
            db.session.flush()
            db.session.add(ServiceAtLocation(service_id=service.id, location_id=place.id))
        for name in FIELDS:
            if getattr(place, name) != row[name]:
                setattr(place, name, row[name])
    for gone in known.values():
        _leave(service, gone)


def shared_with(service: Service) -> dict[int, list[str]]:
    """The names of the other services given at the same places, by location."""
    here = db.select(ServiceAtLocation.location_id).filter_by(service_id=service.id)
    query = db.select(ServiceAtLocation.location_id, ServiceText.name)
    query = query.join(ServiceText, ServiceText.service_id == ServiceAtLocation.service_id)
    query = query.where(ServiceText.language == "fr", ServiceAtLocation.service_id != service.id)
    names: dict[int, list[str]] = {}
    for place, name in db.session.execute(query.where(ServiceAtLocation.location_id.in_(here)).limit(20)):
        names.setdefault(place, []).append(name)
    return names


def _row(place: Location) -> Row:
    return {"id": place.id, "version": place.version, **{name: getattr(place, name) for name in FIELDS}}


def _leave(service: Service, place: Location) -> None:
    db.session.delete(db.session.get_one(ServiceAtLocation, (service.id, place.id)))
    db.session.flush()
    if not db.session.scalar(
        db.select(ServiceAtLocation.service_id).filter_by(location_id=place.id).limit(1)
    ):
        db.session.execute(db.delete(ListedPhone).filter_by(location_id=place.id))
        db.session.delete(place)
