"""The contact of a call, whatever was heard of it before."""

from __future__ import annotations

from flask import request

from portal.citizens.identifying import identifier, network_number
from portal.contacts.models import Contact
from portal.contacts.recording import record_call
from portal.lines.models import Line
from portal.telephony import events


def contact_of(line: Line, language: str) -> Contact:
    """The contact of the call that this request speaks of, begun if we never heard of it: its first word was lost."""
    return begun(line, language)[0]


def begun(line: Line, language: str) -> tuple[Contact, bool]:
    """As `contact_of`, and whether it was begun now."""
    number = network_number(request.form.get("From", ""))
    used = identifier("phone", number) if number else None
    call = request.form.get("CallSid", "")
    events.note(f"call:{call}", "call", request.form.to_dict())
    town = line.organization_id
    return record_call(call, used, organization_id=town, line=line.number, language=language)
