"""Records out of rows: services, organizations, services at locations, whole or with their own fields only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import or_
from sqlalchemy.orm import joinedload, selectinload

from portal import clock
from portal.database import db
from portal.directory.hsds.checking import Doc, date_of
from portal.directory.hsds.ids import part_id
from portal.directory.hsds.lenses import dicts, say
from portal.directory.hsds.mapping import (
    LOCATION,
    ORGANIZATION,
    SERVICE,
    SERVICE_AT_LOCATION,
    kind_term,
)
from portal.directory.hsds.parts import say_areas, say_phones
from portal.directory.models import (
    Kind,
    ListedPhone,
    Location,
    Organization,
    Service,
    ServiceArea,
    ServiceAtLocation,
)

ROW = "$row"  # in a kept record: the id of one that has a row of its own
WHOLE = (selectinload(Service.texts), joinedload(Service.organization))


class Shelf:
    """What hangs on some services and organizations, read in a few queries."""

    def __init__(self, services: Sequence[Service], organizations: Sequence[Organization] = ()) -> None:
        owners = {one.id: one for one in (*organizations, *(service.organization for service in services))}
        places = _all(ServiceAtLocation, ServiceAtLocation.service_id, [one.id for one in services])
        refs = {ref for one in owners.values() for ref in _refs(one.hsds.get("locations"))}
        own = Location.organization_id.in_(owners) | Location.hsds_id.in_(refs)
        near = Location.id.in_({one.location_id for one in places})
        found = db.session.scalars(db.select(Location).where(or_(own, near)).order_by(Location.id)).all()
        self.locations = {one.id: one for one in found}
        self.by_name = {one.hsds_id: one for one in found}
        self.places = _grouped(places, "service_id")
        self.of_organization = _grouped([one for one in found if one.organization_id], "organization_id")
        self.areas = _grouped(
            _all(ServiceArea, ServiceArea.service_id, [one.id for one in services]), "service_id"
        )
        self.phones = {
            "service_id": _phones(ListedPhone.service_id, [one.id for one in services]),
            "organization_id": _phones(ListedPhone.organization_id, owners),
            "location_id": _phones(ListedPhone.location_id, self.locations),
        }
        kinds = {one.kind for one in services if one.kind}
        self.kinds = {one.code: one for one in _all(Kind, Kind.code, kinds)}
        parents = {one.parent_id for one in owners.values() if one.parent_id}
        query = db.select(Organization.id, Organization.hsds_id).where(Organization.id.in_(parents))
        self.parents = dict(db.session.execute(query).all()) if parents else {}


def _all(table: Any, column: Any, ids: Iterable[Any]) -> list[Any]:
    wanted = list(ids)
    keys = table.__table__.primary_key.columns
    return (
        list(db.session.scalars(db.select(table).where(column.in_(wanted)).order_by(*keys))) if wanted else []
    )


def _grouped(rows: Iterable[Any], name: str) -> dict[int, list[Any]]:
    ordered = sorted(rows, key=lambda row: getattr(row, name))
    return {key: list(group) for key, group in groupby(ordered, key=lambda row: getattr(row, name))}


def _phones(column: Any, ids: Iterable[int]) -> dict[int, list[ListedPhone]]:
    return _grouped(_all(ListedPhone, column, ids), column.key)


def _refs(kept: Any) -> list[str]:
    return [one[ROW] for one in dicts(kept) if ROW in one]


def service(row: Service, shelf: Shelf, *, organization_too: bool = True, places_too: bool = True) -> Doc:
    """A service with all that hangs on it."""
    record = say(row, row.hsds_id or "", SERVICE)
    _name_kind(record, row, shelf)
    say_phones(record, row.phone, shelf.phones["service_id"].get(row.id, ()), first=True)
    say_areas(record, shelf.areas.get(row.id, ()))
    _say_when(record, row)
    places = _say_places(record, row, shelf)
    if not places_too:
        record.pop("service_at_locations", None)
    elif places or isinstance(record.get("service_at_locations"), list):
        record["service_at_locations"] = places
    if organization_too:
        record["organization"] = organization(row.organization, shelf)
    else:
        record.pop("organization", None)
    return record


def organization(row: Organization, shelf: Shelf) -> Doc:
    """An organization with its numbers and places, without its services."""
    record = say(row, row.hsds_id or "", ORGANIZATION)
    if not row.hsds:
        record.setdefault("description", "")  # which every organization must have
    say_phones(record, row.phone, shelf.phones["organization_id"].get(row.id, ()), first=True)
    parent = shelf.parents.get(row.parent_id) if row.parent_id else None
    if parent:
        record["parent_organization_id"] = parent
    kept = record.get("locations")
    own = [one for one in shelf.of_organization.get(row.id, ()) if one.hsds_id not in _refs(kept)]
    here = [location(one, shelf) for one in own]
    if isinstance(kept, list) or here:
        record["locations"] = [*_resolved(kept, shelf), *here]
    return record


def organization_whole(row: Organization, shelf: Shelf, services: Sequence[Service]) -> Doc:
    """An organization with its services, each whole but for the organization."""
    record = organization(row, shelf)
    record["services"] = [service(one, shelf, organization_too=False) for one in services]
    return record


def location(row: Location, shelf: Shelf) -> Doc:
    record = say(row, row.hsds_id or "", LOCATION)
    say_phones(record, "", shelf.phones["location_id"].get(row.id, ()), first=False)
    return record


def service_at_location(row: ServiceAtLocation, shelf: Shelf) -> Doc:
    """A service at a location, with the location and without the service."""
    record = say(row, row.hsds_id or "", SERVICE_AT_LOCATION)
    record["location"] = location(shelf.locations[row.location_id], shelf)
    return record


def _resolved(kept: Any, shelf: Shelf) -> Iterator[Any]:
    """The kept list of an organization's locations, each with a row said from it; the row may be gone."""
    for one in kept if isinstance(kept, list) else ():
        if not isinstance(one, dict) or ROW not in one:
            yield one
        elif one[ROW] in shelf.by_name:
            yield location(shelf.by_name[one[ROW]], shelf)


def _say_places(record: Doc, row: Service, shelf: Shelf) -> list[Any]:
    """Where the service is given: as it was kept, then what was added here, or what its address alone says."""
    rows = {one.hsds.get("id") or one.hsds_id: one for one in shelf.places.get(row.id, ())}
    made: list[Any] = []
    kept = record.get("service_at_locations")
    for one in kept if isinstance(kept, list) else ():
        if not isinstance(one, dict) or ROW not in one:
            made.append(one)
        elif one[ROW] in rows:
            made.append(service_at_location(rows.pop(one[ROW]), shelf))
    made += [service_at_location(one, shelf) for one in rows.values()]
    return made or ([_bare_place(record, row)] if row.address else [])


def _bare_place(record: Doc, row: Service) -> Doc:
    """The place of a service of which only the address is known, in one line."""
    street, _, rest = row.address.rpartition(",")
    postcode, _, city = rest.strip().partition(" ")
    if not (street and postcode.isdigit() and len(postcode) == 5):
        street, postcode, city = row.address, "", ""
    of = record["id"]
    address = {
        "id": part_id(of, "address"),
        "address_1": street.strip(),
        "city": city,
        "state_province": row.department,
        "postal_code": postcode,
        "country": "FR",
        "address_type": "physical",
    }
    place = {"id": part_id(of, "location"), "location_type": "physical", "addresses": [address]}
    return {"id": part_id(of, "place"), "location": place}


def _name_kind(record: Doc, row: Service, shelf: Shelf) -> None:
    """Says the kind's name beside its code, where we are who says it."""
    kind = shelf.kinds.get(row.kind)
    if kind is None or row.hsds:
        return
    for link in dicts(record.get("attributes")):
        link["taxonomy_term"] = kind_term(row.kind, kind.names.get("fr", ""))


def _say_when(record: Doc, row: Service) -> None:
    """When it changed last, unless the record says when and is said as it was kept; and when it was confirmed here."""
    changed = {
        key: value for key, value in record.items() if key not in ("organization", "service_at_locations")
    }
    kept = {key: value for key, value in row.hsds.items() if key in changed}
    if changed != kept and row.changed_at:
        record["last_modified"] = row.changed_at.isoformat()
    confirmed = clock.local_day(row.confirmed_at) if row.confirmed_at else date.min
    if confirmed > (date_of(record.get("assured_date")) or date.min):
        record["assured_date"] = confirmed.isoformat()


def services(ids: Sequence[int]) -> list[Service]:
    """The services of these ids, with what every record of one needs, in this order."""
    query = db.select(Service).where(Service.id.in_(ids)).options(*WHOLE)
    found = {one.id: one for one in db.session.scalars(query).unique()}
    return [found[n] for n in ids if n in found]
