"""Offices of the national directory, written here: organization, service, places, numbers, whom they serve.

Rows are inserted many at a time,
around the session, so that 61,112 offices take a minute; each is therefore without an event of its own in the
history, which would be as long as the directory: the import has one, with counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from portal.database import db
from portal.directory.finding import communes
from portal.directory.finding.searching import key_of
from portal.directory.importing.dila import SOURCE, Office, read_office
from portal.directory.importing.parts import digests_of
from portal.directory.importing.report import Report, Unreadable, opened
from portal.directory.importing.updating import parts_of, update_office
from portal.directory.models import (
    ListedPhone,
    Location,
    Organization,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceText,
    SourceRecord,
)
from portal.directory.names import search_key

BATCH = 30  # what the source changed takes four times as long as what is new, and must let go in time as well


def read_offices(path: Path, report: Report) -> Iterator[Office]:
    """The offices of a file of one JSON record a line; what cannot be read is told. The first of one name counts."""
    seen: set[str] = set()
    with opened(path) as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                office = read_office(json.loads(line))
            except ValueError as error:
                why = str(error) if isinstance(error, Unreadable) else "ce n’est pas du JSON"
                report.refuse(f"ligne {number}", why)
                continue
            if office.source_id in seen:
                report.refuse(office.source_id, "deux fois dans le fichier : la première est gardée")
                continue
            seen.add(office.source_id)
            yield office


def import_offices(offices: Sequence[Office], report: Report) -> None:
    """Stores one batch of offices; adds to the report what became of each. The caller commits."""
    ids = [office.source_id for office in offices]
    query = db.select(SourceRecord).where(SourceRecord.source == SOURCE, SourceRecord.source_id.in_(ids))
    known = {record.source_id: record for record in db.session.scalars(query)}
    taken = _taken([one for one in ids if one not in known])
    new = []
    for office in offices:
        report.tell(office.source_id, *office.refused)
        record = known.get(office.source_id)
        if record is not None:
            update_office(record, office, _areas(office), report)
        elif office.source_id in taken:
            report.refuse(office.source_id, "ce nom est déjà celui d’un service ou d’un organisme d’ici")
        else:
            new.append(office)
    if new:
        _insert(new)
        report.count("new", len(new))


def gone(seen: Iterable[str]) -> list[str]:
    """What the source had given and no longer gives: told, never deleted."""
    stored = db.session.scalars(db.select(SourceRecord.source_id).filter_by(source=SOURCE))
    return sorted(set(stored).difference(seen))


def _taken(ids: list[str]) -> set[str]:
    services = db.session.scalars(db.select(Service.slug).where(Service.slug.in_(ids)))
    return {*services, *db.session.scalars(db.select(Organization.slug).where(Organization.slug.in_(ids)))}


def _insert(offices: list[Office]) -> None:
    """Each table in one go: the rows come back in the order they were given."""
    organizations = _returning(Organization, [_organization(office) for office in offices])
    rows = [_service(office, of) for office, of in zip(offices, organizations, strict=True)]
    services = _returning(Service, rows)
    placed = [
        (service, _place(office, n, place, of))
        for office, service, of in zip(offices, services, organizations, strict=True)
        for n, place in enumerate(office.places)
    ]
    locations = _returning(Location, [place for _, place in placed])
    at = [
        {"service_id": service, "location_id": location, "hsds_id": _name("at", f"{service}-{location}")}
        for (service, _), location in zip(placed, locations, strict=True)
    ]
    _all(ServiceAtLocation, at)
    areas = [_areas(office) for office in offices]
    _all(ServiceText, _each(services, ([_text(office)] for office in offices)))
    _all(ListedPhone, _each(services, (_numbers(office) for office in offices)))
    _all(ServiceArea, _each(services, areas))
    _all(SourceRecord, _each(services, map(_records, offices, areas)))


def _each(services: list[int], rows: Iterable[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [
        row | {"service_id": service} for service, some in zip(services, rows, strict=True) for row in some
    ]


def _returning(table: Any, rows: list[dict[str, Any]]) -> list[int]:
    if not rows:
        return []
    query = db.insert(table).returning(table.id, sort_by_parameter_order=True)
    return list(db.session.scalars(query, rows))


def _all(table: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(db.insert(table), rows)


def _name(what: str, source_id: str) -> str:
    """The name of a record for other directories: the same wherever this source is imported."""
    return str(uuid5(NAMESPACE_URL, f"relais:{SOURCE}:{what}:{source_id}"))


def _sourced(what: str, office: Office) -> dict[str, Any]:
    return {
        "hsds_id": _name(what, office.source_id),
        "source": SOURCE,
        "source_id": office.source_id,
        "source_date": office.values["source_date"],
    }


def _organization(office: Office) -> dict[str, Any]:
    own = {name: office.values[name] for name in ("phone", "email", "url")}
    return _sourced("organization", office) | own | {"slug": office.source_id, "name": office.name}


def _service(office: Office, organization_id: int) -> dict[str, Any]:
    key = key_of(office.name, office.name, office.values["address"], office.source_id)
    own = {"slug": office.source_id, "organization_id": organization_id, "search_key": key}
    return _sourced("service", office) | office.values | own


def _place(office: Office, n: int, place: dict[str, Any], organization_id: int) -> dict[str, Any]:
    own = {
        "hsds_id": _name(f"location-{n}", office.source_id),
        "organization_id": organization_id,
        "name": office.name,
        "commune": office.values["commune"],
    }
    return _sourced("location", office) | place | own


def _text(office: Office) -> dict[str, Any]:
    return {"language": "fr", "name": office.name, "summary": office.summary}


def _numbers(office: Office) -> list[dict[str, Any]]:
    return [{"type": kind, "number": number} for kind, number in office.numbers]


def _records(office: Office, areas: list[dict[str, str]]) -> list[dict[str, Any]]:
    return [{"source": SOURCE, "source_id": office.source_id, "digests": digests_of(parts_of(office, areas))}]


def _areas(office: Office) -> list[dict[str, str]]:
    """The parts of the commune that the office's name says it is for."""
    parts = communes.parts_of(_whole(office.values["commune"])) if office.serves else []
    wanted = {search_key(one) if isinstance(one, str) else one for one in office.serves}
    named = {part.code: part for part in parts if _called(part) in wanted or search_key(part.name) in wanted}
    return [{"level": "commune", "code": part.code, "name": part.name} for part in named.values()]


def _called(part: communes.Town) -> int:
    """The number of an arrondissement; 0 for another part."""
    return int(part.code) % 100 if part.type == "arrondissement" else 0


def _whole(code: str) -> str:
    town = communes.town(code)
    return town.parent or town.code if town else code
