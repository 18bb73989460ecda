"""A spoken message in words, when the network wrote it down: before or after we heard that it was left."""

from __future__ import annotations

from portal import history
from portal.contacts.models import Message
from portal.database import db, locked
from portal.telephony import events


def key_of(recording_ref: str) -> str:
    """The event that says what was transcribed of this recording."""
    return f"transcription:{recording_ref}"


def transcribe(recording_ref: str) -> bool:
    """Puts what was transcribed beside the spoken message, once; False while either is missing, or it failed."""
    words = [told.get("TranscriptionText", "").strip() for told in events.told([key_of(recording_ref)])]
    message = db.session.scalar(locked(db.select(Message).filter_by(provider_ref=recording_ref)))
    if message is None or not any(words) or words[0] in message.body:
        return False
    message.body = f"{message.body}\n{words[0]}\n(transcription automatique)"
    history.record("message.transcribed", message, by=history.NETWORK, citizen_id=message.contact.citizen_id)
    return True
