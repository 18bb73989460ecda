"""Whom services are for, by where people live: what their areas say, else what their kind does.

The one truth of it, for who is sent somewhere as for the check of the rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from portal.database import db
from portal.directory.editing import department_of
from portal.directory.finding import communes, kinds
from portal.directory.models import Service, ServiceArea

Area = tuple[str, str]  # level and code


@dataclass(frozen=True)
class Reach:
    """Whom a service is for; a region is its departments. `unsaid`: nothing is known of it, and nothing is held
    against it."""

    everywhere: bool = False
    departments: frozenset[str] = frozenset()
    communes: frozenset[str] = frozenset()
    unsaid: bool = False

    def serves(self, codes: Collection[str], department: str) -> bool:
        """Whether it is for who lives in a commune of these codes (its own, the whole's), in this department."""
        anywhere = self.everywhere or self.unsaid
        return anywhere or department in self.departments or not self.communes.isdisjoint(codes)

    def holds(self, other: Reach) -> bool:
        """Whether it surely serves all whom the other one may serve."""
        if self.everywhere or self.unsaid or self == other:
            return True
        if other.everywhere or other.unsaid:
            return False
        return other.departments <= self.departments and self.holds_all(other.communes)

    def holds_all(self, communes: Iterable[str]) -> bool:
        """Whether it surely serves each of these communes."""
        if self.everywhere or self.unsaid:
            return True
        return all(one in self.communes or department_of(one) in self.departments for one in communes)

    def serves_department(self, department: str) -> bool:
        """Whether any of the department is served."""
        inside = any(department_of(commune) == department for commune in self.communes)
        return self.serves((), department) or inside


def outside(services: Sequence[Service], commune: str) -> set[int]:
    """The ids of those of `services` that are not for who lives in `commune`; none while that is not known."""
    if not commune or not services:
        return set()
    town = communes.town(commune)
    here = town if town and town.code == commune else None
    department = here.department if here and here.department else department_of(commune)
    codes = {commune, here.parent} - {""} if here else {commune}
    reached = reaches(services)
    return {one.id for one in services if not reached[one.id].serves(codes, department)}


def reaches(services: Sequence[Service]) -> dict[int, Reach]:
    """Whom each of these services is for.

    One without areas is for the commune, the department or the region of its seat if its kind is the only one there;
    of any other, nothing is known.
    """
    areas = _areas([service.id for service in services])
    levels = kinds.levels()
    found = {}
    for one in services:
        told = areas.get(one.id) or seated(levels.get(one.kind, ""), one.commune, one.department)
        found[one.id] = reach_of(told) if told else Reach(unsaid=True)
    return found


def reach_of(areas: Iterable[Area]) -> Reach:
    """What areas say, all together."""
    by_level: dict[str, set[str]] = defaultdict(set)
    for level, code in areas:
        by_level[level].add(code)
    everywhere = not {"national", "other"}.isdisjoint(by_level)  # what only words tell is held against nobody
    inside = {one for region in by_level["region"] for one in communes.departments_of(region)}
    return Reach(everywhere, frozenset(by_level["department"] | inside), frozenset(by_level["commune"]))


def seated(level: str, commune: str, department: str) -> list[Area]:
    """Where no area is told, the kind tells: a town hall serves its commune, a prefecture its department."""
    region = communes.region_of(department) if level == "region" else ""
    code = {"commune": commune, "department": department, "region": region}.get(level, "")
    return [(level, code)] if code else []


def _areas(ids: Sequence[int]) -> dict[int, list[Area]]:
    columns = (ServiceArea.service_id, ServiceArea.level, ServiceArea.code)
    found: dict[int, list[Area]] = defaultdict(list)
    named = db.select(*columns).where(ServiceArea.service_id.in_(ids))
    for service_id, level, code in db.session.execute(named):
        found[service_id].append((level, code))
    return found
