"""The offices that may serve a commune, as little of each as is needed to choose among them, in few queries."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, or_

from portal.database import db
from portal.directory.editing import department_of
from portal.directory.finding import communes
from portal.directory.finding.communes import Around, Town
from portal.directory.finding.distances import Point
from portal.directory.models import (
    Location,
    Organization,
    Service,
    ServiceArea,
    ServiceAtLocation,
)
from portal.directory.names import name_key

INSEE = re.compile(r"\d[\dAB]\d{3}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody lives, as offices see it. `tiers` are the codes to look for a town hall under, in this order."""

    code: str
    tiers: tuple[tuple[str, ...], ...]
    department: str
    region: str = ""
    departments: tuple[str, ...] = ()  # of the region
    town: Town | None = None

    @property
    def wholes(self) -> set[str]:
        """Its own code, and those of what it is a part of, or what took its place."""
        return {self.code, *((self.town.code, self.town.parent) if self.town else ())} - {""}

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(code for tier in self.tiers for code in tier)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An office that may serve a place. Without `areas`, its seat tells; without a commune, nothing does."""

    id: int
    kind: str
    commune: str = ""
    department: str = ""
    areas: tuple[tuple[str, str], ...] = ()
    points: tuple[Point, ...] = ()
    is_host: bool = False
    source_date: date | None = None
    confirmed_at: datetime | None = None


def place_of(code: str) -> Place | None:
    """The place of a commune, part of one, or former commune; None where no commune is told."""
    if not INSEE.fullmatch(code):
        return None
    here = communes.around(code)
    town = here.town
    department = town.department if town and town.department else department_of(code)
    region = communes.region_of(department)
    return Place(
        code=code,
        tiers=tuple(_tiers(code, here)),
        department=department,
        region=region,
        departments=communes.departments_of(region) or (department,),
        town=town,
    )


def candidates(wanted: Mapping[str, Collection[str]], place: Place, *, wide: bool = False) -> list[Candidate]:
    """The active offices of the kinds `wanted`, by the level of what they serve, that may serve the place.

    With `wide`, those of the whole region instead of the department.
    """
    ids = _seated(wanted, place, wide).union(_named(wanted, place), _unplaced(wanted))
    columns = (Service.id, Service.kind, Service.commune, Service.department, Service.address)
    query = (
        db.select(*columns, Service.source_date, Service.confirmed_at, Organization.is_host)
        .join(Service.organization)
        .where(Service.id.in_(ids), Service.active)
        .order_by(Service.id)
    )
    rows = db.session.execute(query).all()
    found = [row.id for row in rows]
    areas, points = _details(found) if found else ({}, {})
    return [
        Candidate(
            id=row.id,
            kind=row.kind,
            **_seat(row, place),
            areas=tuple(areas.get(row.id, ())),
            points=tuple(points.get(row.id, ())),
            is_host=row.is_host,
            source_date=row.source_date,
            confirmed_at=row.confirmed_at,
        )
        for row in rows
    ]


def _tiers(code: str, here: Around) -> Iterable[tuple[str, ...]]:
    yield (code,)
    town = here.town
    if town is None:
        return
    if town.code != code:
        yield (town.code,)
    if town.parent and town.parent != town.code:
        yield (town.parent,)
    elif others := tuple(part for part in (*here.parts, *here.former) if part != code):
        yield others


def _seated(wanted: Mapping[str, Collection[str]], place: Place, wide: bool) -> Select[Any]:
    """By the seat: in the commune, the department or the region, as the level of the kind says."""
    around = place.departments if wide else (place.department,)
    conditions = [
        and_(Service.kind.in_(wanted.get("commune", ())), Service.commune.in_(place.codes)),
        and_(Service.kind.in_(wanted.get("department", ())), Service.department == place.department),
        and_(Service.kind.in_(wanted.get("region", ())), Service.department.in_(place.departments)),
        and_(Service.kind.in_(wanted.get("none", ())), Service.department.in_(around)),
    ]
    first, *others = (db.select(Service.id).where(condition) for condition in conditions)
    return db.select(first.union(*others).subquery())


def _named(wanted: Mapping[str, Collection[str]], place: Place) -> Select[Any]:
    """By their service areas."""
    area = ServiceArea
    named = or_(
        and_(area.level == "commune", area.code.in_(place.wholes)),
        and_(area.level == "department", area.code == place.department),
        and_(area.level == "region", area.code == place.region),
        area.level == "national",
    )
    kinds = {kind for some in wanted.values() for kind in some}
    return (
        db.select(Service.id).join(area, area.service_id == Service.id).where(named, Service.kind.in_(kinds))
    )


def _unplaced(wanted: Mapping[str, Collection[str]]) -> Select[Any]:
    """Those of ours that nobody gave a place: their address may tell."""
    kinds = {kind for some in wanted.values() for kind in some}
    return db.select(Service.id).where(
        Service.kind.in_(kinds), Service.department == "", Service.commune == ""
    )


def _seat(row: Any, place: Place) -> dict[str, str]:
    town = None if row.commune or row.department else place.town
    if town is not None and f" {name_key(town.name)} " in f" {name_key(row.address)} ":
        return {"commune": place.code, "department": place.department}
    return {
        "commune": row.commune,
        "department": row.department or (department_of(row.commune) if row.commune else ""),
    }


def _details(ids: list[int]) -> tuple[dict[int, list[tuple[str, str]]], dict[int, list[Point]]]:
    """The areas that each of these services names, and the points where it stands."""
    at, area, nothing = ServiceAtLocation, ServiceArea, db.cast(db.null(), db.Float)
    named = db.select(area.service_id, area.level, area.code, nothing.label("latitude"), nothing).where(
        area.service_id.in_(ids)
    )
    standing = (
        db.select(at.service_id, db.literal(""), db.literal(""), Location.latitude, Location.longitude)
        .join(Location, Location.id == at.location_id)
        .where(at.service_id.in_(ids), Location.latitude.is_not(None), Location.longitude.is_not(None))
    )
    areas: dict[int, list[tuple[str, str]]] = defaultdict(list)
    points: dict[int, list[Point]] = defaultdict(list)
    for service_id, level, code, latitude, longitude in db.session.execute(named.union_all(standing)):
        if level:
            areas[service_id].append((level, code))
        else:
            points[service_id].append((latitude, longitude))
    return areas, points
