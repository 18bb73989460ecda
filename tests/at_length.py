"""An exchange without end, and how much of it is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Mapper

from portal.contacts.models import Message
from portal.database import db

AT_LENGTH = 500


def said_at_length(contact_id: int, channel: str = "text") -> None:
    said = {"contact_id": contact_id, "direction": "in", "channel": channel, "state": "received"}
    db.session.execute(db.insert(Message), [{**said, "body": f"Encore {n}."} for n in range(AT_LENGTH)])


@contextmanager
def read() -> Iterator[Counter[str]]:
    """How many rows of each table are read meanwhile, by the names of their classes."""
    found: Counter[str] = Counter()

    def note(row: Any, _context: Any) -> None:
        found[type(row).__name__] += 1

    event.listen(Mapper, "load", note)
    try:
        yield found
    finally:
        event.remove(Mapper, "load", note)
