"""What the network tells of calls and texts as they go: doubled, late and out of order."""

from __future__ import annotations

import json
from typing import Any

from flask import request

from portal.contacts.calls import legs
from portal.contacts.texts.delivery import hear_status
from portal.database import db
from portal.desk import talking
from portal.telephony import alerts, events
from portal.views.telephone import bp
from portal.views.telephone.guard import signed


@bp.post("/status/message")
@signed
def message() -> Any:
    sid, status = request.form.get("MessageSid", ""), request.form.get("MessageStatus", "")
    error = request.form.get("ErrorCode", "")
    events.hold(sid)
    key, told = f"message:{sid}:{status}", request.form.to_dict()
    new = events.note(key, "message_status", told)
    if new or (error and events.note(f"{key}:{error}", "message_status", told)):
        hear_status(sid, status, error)
    db.session.commit()
    return "", 204


@bp.post("/status/call")
@signed
def call() -> Any:
    """How a call goes: a citizen's, an agent's, a third one's. Each word is heard once."""
    told = request.form
    sid, status, rank = (told.get(name, "") for name in ("CallSid", "CallStatus", "SequenceNumber"))
    leg = legs.hold(request.args.get("leg", 0, type=int))
    if leg is not None:  # a call that we placed, and may not know the network's id of yet
        legs.name(leg, sid)
    contact = legs.hold_contact(sid)
    events.hold(sid)
    if events.note(legs.event_key(sid, rank, status), "call_status", told.to_dict()):
        talking.hear(contact or legs.hold_contact(sid), sid, status, legs.sequence_of(told.to_dict()))
    db.session.commit()
    return "", 204


@bp.post("/trouble")
@signed
def trouble() -> Any:
    """What the network could not do for a caller, as its debugger tells: our answer not had, or not understood. Kept
    by its name and number alone: what came with it may say who called."""
    code = _code_in(request.form.get("Payload", ""))
    if events.note(f"trouble:{request.form.get('Sid', '')}", "trouble", {"code": code}):
        alerts.alert_of_call(code)
    db.session.commit()
    return "", 204


def _code_in(payload: str) -> str:
    try:
        told = json.loads(payload)
    except ValueError:
        return ""
    return str(told.get("error_code") or "")[:10] if isinstance(told, dict) else ""
