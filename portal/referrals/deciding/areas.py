"""Whom services are for, by where people live: what their areas say, else what their kind does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from portal.database import db
from portal.directory import communes, kinds
from portal.directory.editing import department_of
from portal.directory.models import Service, ServiceArea


def outside(services: Sequence[Service], commune: str) -> set[int]:
    """The ids of those of `services` that are not for who lives in `commune`; none while that is not known.

    A service without areas is for the commune or the department of its seat if its kind is the only one there;
    of any other, nothing is known, and nothing is held against it.
    """
    if not commune or not services:
        return set()
    places = _places(commune)
    areas = _areas([service.id for service in services])
    levels = kinds.levels()
    found = set()
    for service in services:
        told = areas.get(service.id) or _seat(service, levels.get(service.kind, ""))
        if told and not any(
            level in ("national", "other") or (level, code) in places for level, code in told
        ):
            found.add(service.id)
    return found


def _places(commune: str) -> set[tuple[str, str]]:
    """All areas that the commune is in."""
    town = communes.town(commune)
    here = town if town and town.code == commune else None
    department = here.department if here and here.department else department_of(commune)
    codes = {commune, here.parent} - {""} if here else {commune}
    region = communes.region_of(department)
    above = {("region", region)} if region else set()
    return {("department", department), *(("commune", code) for code in codes), *above}


def _areas(ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    columns = (ServiceArea.service_id, ServiceArea.level, ServiceArea.code)
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for service_id, level, code in db.session.execute(
        db.select(*columns).where(ServiceArea.service_id.in_(ids))
    ):
        found[service_id].append((level, code))
    return found


def _seat(service: Service, level: str) -> list[tuple[str, str]]:
    code = {"commune": service.commune, "department": service.department}.get(level, "")
    return [(level, code)] if code else []
