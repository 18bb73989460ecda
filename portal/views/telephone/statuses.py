"""What the network tells of calls and texts as they go: doubled, late and out of order."""

from __future__ import annotations

from typing import Any

from flask import request

from portal.contacts.calling import end_call, hold_call
from portal.contacts.delivery import hear_status
from portal.database import db
from portal.telephony import events
from portal.views.telephone import bp
from portal.views.telephone.guard import signed

OVER = ("completed", "busy", "failed", "no-answer", "canceled")


@bp.post("/status/message")
@signed
def message() -> Any:
    sid, status = request.form.get("MessageSid", ""), request.form.get("MessageStatus", "")
    error = request.form.get("ErrorCode", "")
    key, told = f"message:{sid}:{status}", request.form.to_dict()
    new = events.note(key, "message_status", told)
    if new or (error and events.note(f"{key}:{error}", "message_status", told)):
        hear_status(sid, status, error)
    db.session.commit()
    return "", 204


@bp.post("/status/call")
@signed
def call() -> Any:
    sid, status = request.form.get("CallSid", ""), request.form.get("CallStatus", "")
    key = f"call:{sid}:{request.form.get('SequenceNumber', '')}:{status}"
    if events.note(key, "call_status", request.form.to_dict()) and status in OVER:
        contact = hold_call(sid)
        if contact is not None:
            end_call(contact, status)
    db.session.commit()
    return "", 204
