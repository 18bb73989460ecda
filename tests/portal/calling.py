"""A call in line and an agent, for tests of what happens to them at the telephone."""

from __future__ import annotations

from typing import Any

from flask import Flask

from portal.contacts.models import Contact, Leg
from portal.database import db
from portal.desk import offering, places, presence
from portal.desk.models import Offer, Presence, Queue
from portal.staff.models import Staff
from tests import make
from tests.network import LINE, NUMBER, Network

CALL, AGENT_CALL, AGENT_PHONE = "CA" + "1" * 32, "CA" + "2" * 32, "+33199000021"


class Call(Network):
    """One call from NUMBER, in line, and offered to one agent; the test says what the telephones do."""

    def __init__(self, app: Flask, *, phone: str = AGENT_PHONE, language: str = "fr", **values: Any) -> None:
        super().__init__(app)
        self.queue: Queue = make.queue()
        self.line = make.line(LINE)
        self.agent: Staff = make.serving(self.queue, phone=phone)
        presence.of(self.agent).missed = 1  # another one missed, and nobody is free any more
        used = make.identifier("phone", NUMBER)
        about = {"provider_ref": CALL, "line": LINE, "identifier_id": used.id, "language": language}
        self.contact: Contact = make.contact(**about, **values)
        self.place = places.stand_in_line(self.contact, self.queue)
        db.session.commit()

    @property
    def offer(self) -> Offer:
        return db.session.scalars(db.select(Offer).order_by(Offer.id.desc())).first()

    def connect(self) -> Any:
        return self.twiml(f"/telephone/voice/connect?offer={self.offer.id}", CallSid=CALL)

    def answer(self, call: str = AGENT_CALL, **fields: Any) -> Any:
        ends = {"CallSid": call, "To": self.agent.phone, "From": LINE, **fields}
        return self.twiml(f"/telephone/voice/agent-answers?offer={self.offer.id}", **ends)

    def press(self, key: str = "1", call: str = AGENT_CALL) -> Any:
        ends = {"CallSid": call, "To": self.agent.phone, "From": LINE, "Digits": key}
        return self.twiml(f"/telephone/voice/agent-presses?offer={self.offer.id}", **ends)

    def put_through(self) -> None:
        """Offered, picked up, and speaking."""
        self.connect()
        self.answer()
        self.press()

    def dial_over(self, status: str = "completed", **fields: Any) -> Any:
        told = {"CallSid": CALL, "DialCallStatus": status, "DialCallSid": AGENT_CALL, **fields}
        told = {"DialBridged": str(status == "completed").lower(), "CallStatus": "in-progress", **told}
        return self.twiml(f"/telephone/voice/put-through?offer={self.offer.id}", **told)

    def status(self, call: str, status: str, sequence: int = 0, query: str = "") -> int:
        told = {"CallSid": call, "CallStatus": status, "SequenceNumber": str(sequence)}
        return self.post(f"/telephone/status/call{query}", **told).status_code

    def seat(self, leg: Leg, **fields: Any) -> Any:
        return self.twiml(f"/telephone/voice/seat?leg={leg.id}", CallSid=leg.provider_ref or "", **fields)

    def leg(self, role: str) -> Leg:
        query = db.select(Leg).filter_by(contact_id=self.contact.id, role=role).order_by(Leg.id.desc())
        return db.session.scalars(query.execution_options(populate_existing=True)).first()

    def presence(self, staff: Staff | None = None) -> str:
        who = (staff or self.agent).id
        return db.session.get_one(Presence, who, populate_existing=True).state

    def fresh(self) -> Contact:
        return db.session.get_one(Contact, self.contact.id, populate_existing=True)

    def is_ringing(self) -> bool:
        return offering.ringing(self.contact.id) is not None
