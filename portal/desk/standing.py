"""What the top of every page of the console says of its reader, asked at once: where they stand, what rings there, and
whether the telephone network answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam

from portal import clock
from portal.database import db
from portal.desk.models import Offer, Presence
from portal.history import Person
from portal.staff.models import Staff
from portal.telephony import circuit
from portal.telephony.models import Circuit


@dataclass(frozen=True, slots=True)
class Standing:
    """An agent's presence, away until they say otherwise; the offer that rings at theirs, if one does; the network."""

    state: str
    since: datetime
    until: datetime | None
    missed: int
    contact_id: int | None
    offer_id: int | None
    network: circuit.State


def of(staff: Person) -> Standing:
    """Where an agent stands now. Writes nothing."""
    state, since, until, missed, contact_id, offer_id, *network = db.session.execute(
        _asked(), {"staff": staff.id}
    ).one()
    return Standing(
        state or "away",
        since or clock.now(),
        until,
        missed or 0,
        contact_id,
        offer_id,
        circuit.read(*network),
    )


@cache
def _asked() -> Select[Any]:
    """Asked by each page of the console: made once a process."""
    presence = (Presence.state, Presence.since, Presence.until, Presence.missed, Presence.contact_id)
    query = db.select(*presence, Offer.id, *circuit.SHOWN).select_from(Staff)
    query = query.outerjoin(Presence, Presence.staff_id == Staff.id)
    query = query.outerjoin(Offer, Offer.live_staff_id == Staff.id)
    query = query.outerjoin(Circuit, Circuit.name == circuit.NETWORK)
    return query.where(Staff.id == bindparam("staff"))
