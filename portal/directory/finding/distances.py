"""How far an office is: as the crow flies, from the town hall of the commune."""

from __future__ import annotations

from collections.abc import Sequence
from math import asin, cos, radians, sin, sqrt

from portal.database import db
from portal.directory.finding.kinds import own_data
from portal.directory.models import Location, Service, ServiceAtLocation

EARTH_KM = 6371.0

Point = tuple[float, float]  # latitude, longitude


def kilometres(one: Point, other: Point) -> float:
    """The way between two points of the earth."""
    latitudes = radians(one[0]), radians(other[0])
    across = sin((latitudes[1] - latitudes[0]) / 2) ** 2
    along = cos(latitudes[0]) * cos(latitudes[1]) * sin(radians(other[1] - one[1]) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(across + along)))


def centre_of(codes: Sequence[str]) -> Point | None:
    """Where the town hall of the first of these communes stands that has one with coordinates."""
    query = (
        db.select(Service.commune, Location.latitude, Location.longitude)
        .join(ServiceAtLocation, ServiceAtLocation.service_id == Service.id)
        .join(Location, Location.id == ServiceAtLocation.location_id)
        .where(Service.kind.in_(own_data()["town_halls"]), Service.commune.in_(codes), Service.active)
        .where(Location.latitude.is_not(None), Location.longitude.is_not(None))
        .order_by(Service.id.desc())  # of several in one commune, the first is kept
    )
    found: dict[str, Point] = {
        row.commune: (row.latitude, row.longitude) for row in db.session.execute(query)
    }
    return next((found[code] for code in codes if code in found), None)
