"""The life of a call as a contact: chosen, waiting, put through, ended; or a spoken message left."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam

from portal import clock, history
from portal.contacts import recordings
from portal.contacts.answering import wrap_up
from portal.contacts.models import Contact, Message
from portal.contacts.recording import add_message
from portal.contacts.transcribing import transcribe
from portal.database import db, locked
from portal.telephony import events


def hold_call(provider_ref: str) -> Contact | None:
    """The contact of this call, held until the commit."""
    found: Contact | None = db.session.scalar(_by_ref(), {"ref": provider_ref})
    return found


@cache
def _by_ref() -> Select[Any]:
    """Built once a process: asked for at every step of every call."""
    return locked(db.select(Contact).filter_by(provider_ref=bindparam("ref")))


def stop_at(contact: Contact, step: str, *, subject: str = "", topic_id: int | None = None) -> None:
    """Keeps how far the caller has come in the menu: whoever takes this call, or the next one, begins there."""
    if contact.ended_at or contact.state in ("in_progress", "wrapped_up"):
        return
    contact.step = step
    contact.subject, contact.topic_id = subject or contact.subject, topic_id or contact.topic_id


def pass_on(contact: Contact, service_id: int, *, answered: bool) -> None:
    """The call was transferred by the menu to another service: answered there, it is over for us."""
    details = {"service": service_id, "answered": answered}
    if contact.ended_at or contact.state in ("in_progress", "wrapped_up"):
        return
    history.record(
        "contact.passed_on", contact, by=history.NETWORK, citizen_id=contact.citizen_id, details=details
    )
    if answered:
        wrap_up(contact, "transferred", note="", by=history.SYSTEM)


def leave_voicemail(contact: Contact, recording_ref: str, seconds: int) -> Message:
    """A spoken message: told twice it is one. Whoever answers the queue calls back."""
    known = db.session.scalar(db.select(Message).filter_by(provider_ref=recording_ref))
    if known:
        return known
    events.hold(recording_ref)
    contact.step = f"Message vocal de {seconds} s, à rappeler"
    if contact.state == "waiting":
        contact.state = "open"
    recordings.note(contact, "voicemail", recording_ref, seconds)
    message = add_message(contact, f"Message vocal ({seconds} s)", provider_ref=recording_ref)
    transcribe(recording_ref)
    return message


def end_call(contact: Contact, status: str) -> None:
    """The call hung up. Said once: a late or doubled word changes nothing. A caller who gave up waiting still stands
    on the desk, to be called back."""
    if contact.ended_at is not None:
        return
    contact.ended_at = clock.now()
    if contact.state == "waiting":
        contact.state = "open"
        contact.step = "A raccroché pendant l’attente"
    details = {"status": status}
    history.record(
        "contact.hung_up", contact, by=history.NETWORK, citizen_id=contact.citizen_id, details=details
    )
