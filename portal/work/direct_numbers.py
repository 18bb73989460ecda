"""Writes down whom to call when we cannot be: what callers hear while the database is away comes from this file."""

from __future__ import annotations

import json
from pathlib import Path

from portal import storage
from portal.database import brief_read, db
from portal.directory.models import Organization, Service
from portal.directory.reading import text_in
from portal.lines.models import Line

MOST = 3  # more, and nobody remembers any


def write_down(folder: Path) -> None:
    """The numbers of the host's services that are not lines of ours. Moved into place; left alone when unchanged."""
    with brief_read() as session:
        lines = db.select(Line.number)
        query = db.select(Service).join(Organization).where(Organization.is_host, Service.active)
        query = query.where(Service.phone != "", Service.phone.not_in(lines)).order_by(Service.id).limit(MOST)
        told = [
            {"name": text_in(service, "fr").name, "phone": service.phone}
            for service in session.scalars(query)
        ]
    path, text = folder / "direct-numbers.json", json.dumps(told, ensure_ascii=False).encode()
    if not path.exists() or path.read_bytes() != text:
        storage.write_whole(path, [text])
