"""What the network wrote down of a spoken message, told apart from its call."""

from __future__ import annotations

from typing import Any

from flask import request

from portal.contacts.calls.transcribing import key_of, transcribe
from portal.database import db
from portal.telephony import events
from portal.views.telephone import bp
from portal.views.telephone.guard import signed


@bp.post("/status/transcription")
@signed
def transcribed() -> Any:
    sid = request.form.get("RecordingSid", "")
    events.hold(sid)
    if events.note(key_of(sid), "transcription", request.form.to_dict()):
        transcribe(sid)
    db.session.commit()
    return "", 204
