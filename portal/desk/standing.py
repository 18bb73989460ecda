"""What the top of every page of the console says, asked at once: where its reader stands, what rings there, whether the
telephone network answers; and whether there is anything to read of what they have begun and of who else looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam

from portal import clock
from portal.contacts.calls import legs
from portal.contacts.models import Contact
from portal.database import db, rows
from portal.desk import waiting
from portal.desk.models import Offer, Presence
from portal.history import Person
from portal.staff import onlookers
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
    has_begun: bool  # some contact, and not wrapped it up
    is_joined: bool  # somebody else has the page open
    network: circuit.State
    # their telephone, where it rings for a colleague's question or a call of their own
    leg_id: int | None = None


def of(staff: Person, page: str) -> Standing:
    """Where an agent stands now, who looks at this page. Writes nothing."""
    asked = {**onlookers.asked_of(page, staff), "rung_since": legs.rung_since()}
    (row,) = rows(_asked(), asked)
    state, since, until, missed, contact_id, offer_id, leg_id, has_begun, is_joined, *network = row
    return Standing(
        state or "away",
        since or clock.now(),
        until,
        missed or 0,
        contact_id,
        offer_id,
        bool(has_begun),
        bool(is_joined),
        circuit.read(*network),
        leg_id,
    )


@cache
def _asked() -> Select[Any]:
    """Asked by each page of the console: made once a process."""
    presence = (Presence.state, Presence.since, Presence.until, Presence.missed, Presence.contact_id)
    begun = waiting.begun_by(bindparam("me")).with_only_columns(Contact.id).exists()
    others = onlookers.on_a_page().exists()
    rung = legs.rings_at(Staff.id).correlate(Staff).scalar_subquery()
    query = db.select(*presence, Offer.id, rung, begun, others, *circuit.SHOWN).select_from(Staff)
    query = query.outerjoin(Presence, Presence.staff_id == Staff.id)
    query = query.outerjoin(Offer, Offer.live_staff_id == Staff.id)
    query = query.outerjoin(Circuit, Circuit.name == circuit.NETWORK)
    return query.where(Staff.id == bindparam("me"))
