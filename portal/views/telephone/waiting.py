"""While someone waits in line, and how they leave it."""

from __future__ import annotations

from typing import Any

from flask import request
from twilio.twiml.voice_response import VoiceResponse

from portal.contacts.calling import end_call, hold_call, missed
from portal.database import db
from portal.desk.models import Queue
from portal.lines.saying import find_line
from portal.telephony import events
from portal.views.telephone import bp, speech
from portal.views.telephone.guard import signed


@bp.post("/voice/wait")
@signed
def wait() -> Any:
    return speech.answer(speech.waiting(speech.language()))


@bp.post("/voice/waited")
@signed
def waited() -> Any:
    """1 leaves the line for a message; anything else goes on waiting."""
    twiml = VoiceResponse()
    if request.form.get("Digits") == "1":
        twiml.leave()
    else:
        twiml.redirect(speech.at("wait", lang=speech.language()), method="POST")
    return speech.answer(twiml)


@bp.post("/voice/left")
@signed
def left() -> Any:
    """The call left the line: for a message, for an agent, or it hung up."""
    call, result = request.form.get("CallSid", ""), request.form.get("QueueResult", "")
    events.note(f"queue:{call}:{result}", "queue", request.form.to_dict())
    contact = hold_call(call)
    if contact is not None and result == "hangup":
        end_call(contact, result)
    db.session.commit()
    line = find_line(request.form.get("To", ""))
    if result in ("leave", "queue-full", "error", "system-error") and line is not None:
        return speech.answer(speech.record(line, speech.language()))
    return speech.answer(VoiceResponse())


@bp.post("/voice/put-through")
@signed
def put_through() -> Any:
    """The agent's phone rang: spoken with, or not picked up and then the caller is in line again."""
    line, call = find_line(request.form.get("To", "")), request.form.get("CallSid", "")
    status = request.form.get("DialCallStatus", "")
    told = f"put_through:{call}:{request.form.get('DialCallSid', '')}:{status}"
    events.note(told, "put_through", request.form.to_dict())
    contact = hold_call(call)
    if line is None or contact is None or status in ("completed", "answered") or contact.queue_id is None:
        db.session.commit()
        return speech.answer(VoiceResponse())
    missed(contact)
    queue = db.session.get_one(Queue, contact.queue_id)
    db.session.commit()
    return speech.answer(speech.enqueue(line, queue.slug, contact.language))
