"""What the network tells of sounds, apart from the call they were made in: kept, written down, or not."""

from __future__ import annotations

from typing import Any

from flask import request

from portal.contacts.calling import hold_call, leave_voicemail
from portal.contacts.transcribing import key_of, transcribe
from portal.database import db
from portal.telephony import events
from portal.views.telephone import bp
from portal.views.telephone.guard import signed

SPOKEN = "RecordVerb"  # a message that the caller chose to leave; whatever else is recorded is told to another door


@bp.post("/status/recording")
@signed
def sound_kept() -> Any:
    """The message may be told of here before the call itself says that it was left: it is one message."""
    sid, seconds = request.form.get("RecordingSid", ""), request.form.get("RecordingDuration", 0, type=int)
    events.note(f"recording_status:{sid}", "recording", request.form.to_dict())
    if seconds and request.form.get("RecordingSource") == SPOKEN:
        contact = hold_call(request.form.get("CallSid", ""))
        if contact is not None:
            leave_voicemail(contact, sid, seconds)
    db.session.commit()
    return "", 204


@bp.post("/status/transcription")
@signed
def transcribed() -> Any:
    sid = request.form.get("RecordingSid", "")
    events.hold(sid)
    if events.note(key_of(sid), "transcription", request.form.to_dict()):
        transcribe(sid)
    db.session.commit()
    return "", 204
