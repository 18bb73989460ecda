"""From a kind of service and a commune to the office: one, several to choose among, or none and whom to ask instead.

One only where nothing else can be meant: its service areas name the commune, or it is the only one of its kind in
the commune, department or region that the kind's level says. Otherwise all are shown, the nearest first, and the
citizen is told to check which one serves them. Never a guess.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy.orm import joinedload

from portal import clock
from portal.database import db
from portal.directory.confirming.freshness import MONTHS, is_stale
from portal.directory.finding import kinds as known_kinds
from portal.directory.finding.candidates import Candidate, Place, candidates, place_of
from portal.directory.finding.communes import Town
from portal.directory.finding.distances import Point, centre_of, kilometres
from portal.directory.models import Kind, Service
from portal.directory.reading import Few, few_of_kinds

WITHOUT_COMMUNE = 5  # offices of a kind that may be shown to somebody whose commune is not known


@dataclass(frozen=True, slots=True)
class Office:
    """A service that may be the one, and how far it is from the town hall; None if its coordinates are not known."""

    service: Service
    kilometres: float | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a kind of service is in a commune. `answer` is one, several or none.

    `offices` are the first of `total`, nearest first. With none, `kind.national` says whom to ask, or
    `look_for(language)` whom to look for. `asks_commune`: a commune would tell more.
    """

    kind: Kind
    commune: Town | None
    answer: str = "none"
    offices: tuple[Office, ...] = ()
    total: int = 0
    asks_commune: bool = False

    @property
    def one(self) -> Service | None:
        """The office, where there is only one that can be meant."""
        return self.offices[0].service if self.answer == "one" else None

    @property
    def national(self) -> dict[str, Any]:
        """The national contact, where no office is known: title, url, phone, text."""
        return {} if self.offices else dict(self.kind.national)

    def name(self, language: str = "fr") -> str:
        return known_kinds.name_of(self.kind, language)

    def look_for(self, language: str = "fr") -> str:
        """Whom to look for, in plain words."""
        return known_kinds.look_for(self.kind, language)


class Choice(NamedTuple):
    """The candidates that are left of a kind, and whether one of them alone can be meant."""

    answer: str = "none"
    found: tuple[Candidate, ...] = ()


def resolve(kind: str, commune: str, *, limit: int | None = None, months: int = MONTHS) -> Resolution:
    """The office of this kind for the commune of this code, or those it may be; `limit` is how many are read."""
    return resolve_many([kind], commune, limit=limit, months=months)[kind]


def resolve_many(
    kinds: Sequence[str], commune: str, *, limit: int | None = None, months: int = MONTHS
) -> dict[str, Resolution]:
    """What each of these kinds is in a commune, in as many queries as for one. Older than `months` is stale."""
    rows = known_kinds.told(kinds)
    place = place_of(commune)
    if place is None:
        return _anywhere(list(rows.values()), limit, months)
    chosen = _chosen(list(rows.values()), place)
    centre = centre_of(place.codes) if any(one.found for one in chosen.values()) else None
    ordered = {code: in_order(one.found, centre, months) for code, one in chosen.items()}
    services = _services(one.id for found in ordered.values() for one in found[:limit])
    return {
        code: Resolution(
            kind=row,
            commune=place.town,
            answer=chosen[code].answer,
            offices=tuple(_office(one, centre, services, months) for one in ordered[code][:limit]),
            total=len(ordered[code]),
        )
        for code, row in rows.items()
    }


def choose(level: str, own: Sequence[Candidate], standing: Sequence[Candidate], place: Place) -> Choice:
    """Among the kind's own candidates; only where there are none, among those of the kinds that stand for it."""
    for pool in (own, standing):
        for found, sure in _steps(level, pool, place):
            if found:
                return Choice("one" if sure and len(found) == 1 else "several", tuple(found))
    return Choice()


def in_order(found: Iterable[Candidate], centre: Point | None, months: int = MONTHS) -> list[Candidate]:
    """What has no coordinates last, so that the rest is a list by distance; what is stale after what is not; then the
    nearest first."""
    now = clock.now()

    def rank(one: Candidate) -> tuple[Any, ...]:
        away = _away(one, centre)
        return away is None, is_stale(one, now, months), away or 0.0, not one.is_host, one.id

    return sorted(found, key=rank)


def _chosen(rows: Sequence[Kind], place: Place) -> dict[str, Choice]:
    pool = candidates(_by_level(rows), place)
    chosen = {row.code: _choice(row, pool, place) for row in rows}
    far = [row for row in rows if row.level == "none" and chosen[row.code].answer == "none"]
    if far and len(place.departments) > 1:
        pool = candidates(_by_level(far), place, wide=True)
        chosen |= {row.code: _choice(row, pool, place) for row in far}
    return chosen


def _choice(row: Kind, pool: Sequence[Candidate], place: Place) -> Choice:
    own = [one for one in pool if one.kind == row.code]
    return choose(row.level, own, [one for one in pool if one.kind in row.answered_by], place)


def _by_level(rows: Iterable[Kind]) -> dict[str, set[str]]:
    wanted: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        wanted[row.level].update((row.code, *row.answered_by))
    return wanted


def _steps(level: str, pool: Sequence[Candidate], place: Place) -> Iterator[tuple[Sequence[Candidate], bool]]:
    """The candidates by what makes them right, the surest reason first, and whether one alone is the one.

    An office that says whom it serves is not taken for anybody else's, unless it is the town hall of a commune that
    has no other.
    """
    yield _naming(pool, "commune", {place.code}), True
    if level == "commune":
        for tier in place.tiers:
            seated = [one for one in pool if one.commune in tier]
            # that of one part is not that of the whole
            yield _plain(seated) or seated, tier[0] in place.wholes
    yield _naming(pool, "commune", place.wholes), True
    yield _naming(pool, "department", {place.department}), True
    here = [one for one in pool if one.department == place.department]
    if level == "department":
        yield _plain(here), True
    yield _naming(pool, "region", {place.region}), True
    around = [one for one in pool if one.department in place.departments]
    if level == "region":
        yield _plain(around), True
    if level == "none":
        yield _plain(here), False
        yield _plain(around), False
    yield [one for one in pool if any(kind == "national" for kind, _ in one.areas)], True
    yield [one for one in pool if not (one.areas or one.commune or one.department)], False


def _naming(pool: Sequence[Candidate], level: str, codes: set[str]) -> list[Candidate]:
    return [one for one in pool if any(kind == level and code in codes for kind, code in one.areas)]


def _plain(seated: Sequence[Candidate]) -> list[Candidate]:
    return [one for one in seated if not one.areas]


def _anywhere(rows: Sequence[Kind], limit: int | None, months: int) -> dict[str, Resolution]:
    """Where the commune is not known: the few there are, else the host's own; never tens of thousands."""
    found = {row.code: Few() for row in rows}
    for kinds_of in (lambda row: [row.code], lambda row: row.answered_by):
        asked = {row.code: kinds_of(row) for row in rows if not found[row.code].ids}
        found |= few_of_kinds(asked, WITHOUT_COMMUNE + 1)
    left = {code: few.ids if len(few.ids) <= WITHOUT_COMMUNE else few.of_host for code, few in found.items()}
    services = _services(n for ids in left.values() for n in ids[:limit])
    shown = {code: [services[n] for n in ids[:limit]] for code, ids in left.items()}
    return {
        row.code: _untold(row, shown[row.code], len(left[row.code]), months)
        if found[row.code].ids
        else Resolution(row, None)
        for row in rows
    }


def _untold(row: Kind, shown: Sequence[Service], total: int, months: int) -> Resolution:
    now = clock.now()
    offices = tuple(Office(service, stale=is_stale(service, now, months)) for service in shown)
    return Resolution(row, None, "several" if offices else "none", offices, total, asks_commune=True)


def _services(ids: Iterable[int]) -> dict[int, Service]:
    whole = (joinedload(Service.organization), joinedload(Service.texts))
    wanted = set(ids)
    if not wanted:
        return {}
    query = db.select(Service).where(Service.id.in_(wanted)).options(*whole)
    return {service.id: service for service in db.session.scalars(query).unique()}


def _office(one: Candidate, centre: Point | None, services: dict[int, Service], months: int) -> Office:
    return Office(services[one.id], _away(one, centre), is_stale(one, clock.now(), months))


def _away(one: Candidate, centre: Point | None) -> float | None:
    return min((kilometres(centre, point) for point in one.points), default=None) if centre else None
