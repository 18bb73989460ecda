"""The further numbers of a service, as a form edits them: rows, of which one that has an id is already there."""

from __future__ import annotations

import re
from typing import Any

from portal.database import db
from portal.directory.models import ListedPhone, Service
from portal.errors import N_, Refused

TYPES = ("voice", "cell", "text", "textphone", "fax", "video", "pager")
FIELDS = ("number", "extension", "type", "languages", "description")

Row = dict[str, Any]


def rows_of(service: Service) -> list[Row]:
    """The further numbers of a service, in the order in which they were given."""
    return [{"id": one.id, **{name: getattr(one, name) for name in FIELDS}} for one in _of(service)]


def check(rows: list[Row]) -> list[Row]:
    """The rows that have a number. Refuses one that cannot be dialled."""
    kept = [row for row in rows if any(row.get(name) for name in ("number", "extension", "description"))]
    for n, row in enumerate(rows, 1):
        if row in kept and not re.fullmatch(r"\+?[0-9 .*#()/-]{2,25}", row["number"]):
            raise Refused(N_("Ce numéro ne peut pas être composé."), field=f"phones-{n}-number")
    return kept


def write(service: Service, rows: list[Row]) -> None:
    """Makes these the further numbers of the service."""
    known = {one.id: one for one in _of(service)} if service.id else {}
    for row in rows:
        one = known.pop(row.get("id") or 0, None)
        if one is None:
            one = ListedPhone(service_id=service.id)
            db.session.add(one)
        for name in FIELDS:
            setattr(one, name, row[name])
    for gone in known.values():
        db.session.delete(gone)


def _of(service: Service) -> list[ListedPhone]:
    query = db.select(ListedPhone).filter_by(service_id=service.id).order_by(ListedPhone.id)
    return list(db.session.scalars(query))
