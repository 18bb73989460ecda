"""Whom a service is for, by where they live: communes, departments, the country, and what a source says otherwise."""

from __future__ import annotations

from typing import Any

from portal.database import db
from portal.directory.models import Service, ServiceArea

FIELDS = ("level", "code", "name")

Row = dict[str, Any]


def rows_of(service: Service) -> list[Row]:
    """The areas of a service, by level and name."""
    found = [{name: getattr(one, name) for name in FIELDS} for one in of(service)]
    return sorted(found, key=_key)


def check(rows: list[Row]) -> list[Row]:
    """Each area once, in order."""
    return sorted({_key(row): row for row in rows}.values(), key=_key)


def write(service: Service, rows: list[Row]) -> None:
    """Makes these the areas of the service. One that stays keeps what its source says of it."""
    known = {_key({name: getattr(one, name) for name in FIELDS}): one for one in of(service)}
    for row in rows:
        if known.pop(_key(row), None) is None:
            db.session.add(ServiceArea(service_id=service.id, **row))
    for gone in known.values():
        db.session.delete(gone)


def of(service: Service) -> list[ServiceArea]:
    """The rows themselves."""
    query = (
        db.select(ServiceArea).filter_by(service_id=service.id).order_by(ServiceArea.level, ServiceArea.name)
    )
    return list(db.session.scalars(query))


def _key(row: Row) -> tuple[str, str, str]:
    return row["level"], row["name"], row["code"]
