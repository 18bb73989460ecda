"""The rows that hang on a record follow what it says, unless somebody changed them here."""

from __future__ import annotations

from typing import Any

from portal.database import db
from portal.directory.hsds.checking import Doc
from portal.directory.hsds.lenses import dicts, text
from portal.directory.hsds.parts import area_said, phone_said, read_area, read_areas, read_phone, read_phones
from portal.directory.models import ListedPhone, Location, Organization, Service, ServiceArea

OWNER = {Service: "service_id", Organization: "organization_id", Location: "location_id"}


def sync_phones(row: Any, before: Doc | None, after: Doc) -> bool:
    """Makes a row's own number and those listed with it what `after` says, if they are what `before` said; whether
    they stay as they are here although the source changed them.

    Of a new row, nothing was said before: None.
    """
    first = not isinstance(row, Location)
    own, listed = read_phones(after, first=first)
    if before is None:
        if first:
            row.phone = own
        _list_phones(row, listed, after)
        return False
    rows = _rows(ListedPhone, row)
    has = (row.phone if first else "", [phone_said(one) for one in rows])
    said = read_phones(before, first=first)
    if has == (own, listed) or has != said:
        return has != (own, listed) != said
    if first:
        row.phone = own
    for one in rows:
        db.session.delete(one)
    _list_phones(row, listed, after)
    return False


def sync_areas(row: Service, before: Doc | None, after: Doc) -> bool:
    """Makes the areas of a service what `after` says, if they are what `before` said; whether they stay as they are
    here although the source changed them."""
    wanted = read_areas(after)
    rows = _rows(ServiceArea, row) if before is not None else []
    has, said = [area_said(one) for one in rows], read_areas(before or {})
    if has == wanted or has != said:
        return has != wanted != said
    for one in rows:
        db.session.delete(one)
    db.session.flush()
    for area in wanted:
        kept = next(one for one in dicts(after.get("service_areas")) if read_area(one) == area)
        db.session.add(ServiceArea(service_id=row.id, hsds=_named(kept), **area))
    return False


def _list_phones(row: Any, listed: list[Doc], record: Doc) -> None:
    if not listed:
        return
    db.session.flush()
    for said in listed:
        kept = next(one for one in dicts(record.get("phones")) if read_phone(one) == said)
        db.session.add(ListedPhone(**{OWNER[type(row)]: row.id}, hsds=_named(kept), **said))


def _named(kept: Doc) -> Doc:
    """What a row keeps of a record that its owner keeps whole: the id that it is said with."""
    identity = text(kept.get("id"))
    return {"id": identity} if identity else {}


def _rows(table: Any, row: Any) -> list[Any]:
    owner = getattr(table, OWNER[type(row)])
    return list(db.session.scalars(db.select(table).where(owner == row.id).order_by(table.id)))
