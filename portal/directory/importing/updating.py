"""An office that the source changed since it was imported: what it changed is written, what we changed is kept."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import flag_modified

from portal.database import db
from portal.directory.importing.dila import Office
from portal.directory.importing.parts import compare, digests_of
from portal.directory.importing.report import KEPT, Report
from portal.directory.models import (
    ListedPhone,
    Location,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceText,
    SourceRecord,
)

PLACE = (
    "location_type",
    "address_1",
    "address_2",
    "postal_code",
    "city",
    "latitude",
    "longitude",
    "accessibility",
)
PARTS = {  # as they are told to whoever imports
    "kind": "type",
    "commune": "commune",
    "department": "département",
    "source_date": "date",
    "phone": "téléphone",
    "email": "adresse électronique",
    "url": "site",
    "address": "adresse",
    "schedule": "horaires",
    "name": "nom",
    "summary": "présentation",
    "places": "lieux",
    "numbers": "autres numéros",
    "areas": "communes servies",
}


def parts_of(office: Office, areas: Sequence[dict[str, str]]) -> dict[str, Any]:
    """What is compared of an office."""
    return {
        **office.values,
        "name": office.name,
        "summary": office.summary,
        "places": office.places,
        "numbers": office.numbers,
        "areas": sorted(area["code"] for area in areas),
    }


def update_office(
    record: SourceRecord, office: Office, areas: Sequence[dict[str, str]], report: Report
) -> None:
    """Writes what the source changed in an office since `record`, save what was changed here."""
    digests = digests_of(parts_of(office, areas))
    if digests == record.digests:
        report.count("same")
        return
    query = db.select(Service).filter_by(id=record.service_id).options(selectinload(Service.texts))
    service = db.session.scalars(query).one()
    difference = compare(record.digests, digests, partial(_current, service))
    for name in difference.written:
        _write(service, name, office, areas)
        flag_modified(service, "slug")  # texts, places and numbers are part of it: its version must grow
    record.digests = difference.digests
    report.count("changed" if difference.written else "kept" if difference.kept else "same")
    if difference.kept:
        report.tell(office.source_id, KEPT.format(", ".join(PARTS[name] for name in difference.kept)))


def _current(service: Service, name: str) -> Any:
    """A part of the office as it is here, in the shape of `parts_of`."""
    if name in ("name", "summary"):
        text = service.texts.get("fr")
        return getattr(text, name) if text else ""
    if name == "places":
        return [{column: getattr(place, column) for column in PLACE} for place in _places(service)]
    if name == "numbers":
        return [(phone.type, phone.number) for phone in _rows(ListedPhone, service)]
    if name == "areas":
        return sorted(area.code for area in _rows(ServiceArea, service))
    return getattr(service, name)


def _places(service: Service) -> list[Location]:
    query = db.select(Location).join(ServiceAtLocation).where(ServiceAtLocation.service_id == service.id)
    return list(db.session.scalars(query.order_by(Location.id)))


def _rows(table: Any, service: Service) -> list[Any]:
    return list(db.session.scalars(db.select(table).filter_by(service_id=service.id).order_by(table.id)))


def _write(service: Service, name: str, office: Office, areas: Sequence[dict[str, str]]) -> None:
    if name in ("name", "summary"):
        text = service.texts.setdefault("fr", ServiceText(language="fr", name=office.name))
        _follow(service, name, text.name, office.name)
        setattr(text, name, getattr(office, name))
    elif name == "places":
        _write_places(service, office)
    elif name == "numbers":
        _replace(ListedPhone, service, [{"type": kind, "number": number} for kind, number in office.numbers])
    elif name == "areas":
        _replace(ServiceArea, service, areas)
    else:
        _follow(service, name, getattr(service, name), office.values[name])
        setattr(service, name, office.values[name])


def _follow(service: Service, name: str, before: Any, after: Any) -> None:
    """The organization of an office says the same of itself, as long as nobody made it say something else."""
    if name in ("name", "phone", "email", "url") and getattr(service.organization, name) == before:
        setattr(service.organization, name, after)


def _replace(table: Any, service: Service, rows: Sequence[dict[str, str]]) -> None:
    for row in _rows(table, service):
        db.session.delete(row)
    db.session.add_all(table(service_id=service.id, **row) for row in rows)


def _write_places(service: Service, office: Office) -> None:
    """The places of this office; one where others are too stays theirs as it is, and this office leaves it."""
    places = _places(service)
    shared = _shared(service, places)
    own = [place for place in places if place.id not in shared]
    for n, said in enumerate(office.places):
        if n < len(own):
            for column, value in said.items():
                setattr(own[n], column, value)
            continue
        more = Location(
            organization_id=service.organization_id, name=office.name, commune=service.commune, **said
        )
        db.session.add(ServiceAtLocation(service=service, location=more))
    left = [*own[len(office.places) :], *(place for place in places if place.id in shared)]
    for place in left:
        here = db.delete(ServiceAtLocation).filter_by(location_id=place.id, service_id=service.id)
        db.session.execute(here)
        if place.id not in shared:
            db.session.delete(place)


def _shared(service: Service, places: Sequence[Location]) -> set[int]:
    """Those of these places where another service is as well."""
    ids = [place.id for place in places]
    others = db.select(ServiceAtLocation.location_id).where(ServiceAtLocation.location_id.in_(ids))
    return set(db.session.scalars(others.where(ServiceAtLocation.service_id != service.id)))
