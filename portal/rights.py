"""Whose things staff may open: those of their own organization. To anyone else they do not exist."""

from __future__ import annotations

from typing import Any, TypeVar

from portal.database import Base, db
from portal.errors import Missing
from portal.history import Person

READERS = ("agent", "supervisor")  # who answer people: the only roles that open what these asked

Row = TypeVar("Row", bound=Base)


def find_own(table: type[Row], row_id: int, organization_id: int) -> Row:
    """The row of this number, of this organization. Raises `Missing`."""
    found: Any = db.session.get(table, row_id)
    if found is None or found.organization_id != organization_id:
        raise Missing
    row: Row = found
    return row


def find_to_read(table: type[Row], row_id: int, *, by: Person) -> Row:
    """The row of this number, of the reader's organization, where they answer people. Raises `Missing`."""
    if by.role not in READERS:
        raise Missing
    return find_own(table, row_id, by.organization_id)
