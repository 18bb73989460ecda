"""How a queue has answered: the share of calls answered, how soon, and how many gave up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from typing import Any

from portal.contacts.models import Contact
from portal.database import db
from portal.desk.models import Place


@dataclass(frozen=True, slots=True)
class Answering:
    """`mean_wait_s` runs from the place in line to the answer itself: what the network tells once a bridge is over
    comes after the conversation. Who asked to be called back has not given up."""

    stood: int
    answered: int
    gave_up: int
    called_back: int
    mean_wait_s: float | None
    answered_soon: float | None  # share of all who stood in line

    @property
    def abandoned(self) -> float:
        return self.gave_up / self.stood if self.stood else 0.0


def answering(queue_id: int, since: datetime, until: datetime, *, soon_s: float = 20) -> Answering:
    """The calls that stood in this queue in a stretch of time."""
    query = db.select(Place.state, Place.kind, Place.left, Place.since, Contact.answered_at)
    query = query.join(Contact, Contact.id == Place.contact_id)
    query = query.where(Place.queue_id == queue_id, Place.since >= since, Place.since < until)
    rows: list[Any] = list(db.session.execute(query))
    waits = [
        max(0.0, (row.answered_at - row.since).total_seconds())
        for row in rows
        if row.state == "answered" and row.answered_at and row.kind == "call"
    ]
    return Answering(
        stood=len(rows),
        answered=sum(row.state == "answered" for row in rows),
        gave_up=sum(row.left == "hung_up" and row.kind == "call" for row in rows),
        called_back=sum(row.kind == "call_back" for row in rows),
        mean_wait_s=fmean(waits) if waits else None,
        answered_soon=sum(wait <= soon_s for wait in waits) / len(rows) if rows else None,
    )
