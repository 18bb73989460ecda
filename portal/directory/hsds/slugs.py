"""The addresses on our pages of what records bring: from their names, and each its own."""

from __future__ import annotations

from typing import Any

from portal.database import db
from portal.directory.hsds.checking import Doc
from portal.directory.hsds.ids import part_id
from portal.directory.hsds.lenses import text
from portal.directory.names import name_key


def free_slug(record: Doc, identity: str, taken: set[str]) -> str:
    """A free slug from the record's name, with a piece of its id where another has it."""
    base = _base(record)
    slug = base if base and base not in taken else f"{base}-{part_id(identity)[:13]}".strip("-")
    taken.add(slug)
    return slug


def taken_slugs(table: Any, records: dict[str, Doc]) -> set[str]:
    """Those that these records would have, and others have already."""
    choices = {_base(record) for record in records.values()}
    return set(db.session.scalars(db.select(table.slug).where(table.slug.in_(choices))))


def _base(record: Doc) -> str:
    return "-".join(name_key(text(record.get("name"))).split())[:80].strip("-")
