"""The life of a call as a contact: chosen, waiting, put through, ended; or a spoken message left."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam

from portal import clock, history
from portal.contacts.answering import wrap_up
from portal.contacts.calls import recordings
from portal.contacts.calls.transcribing import transcribe
from portal.contacts.models import Contact, Message, consulted_articles
from portal.contacts.recording import add_message
from portal.contacts.texts.texting import was_sent
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
    take_up(contact)
    contact.step = f"Message vocal de {seconds} s, à rappeler"
    if contact.state == "waiting":
        contact.state = "open"
    recordings.note(contact, "voicemail", recording_ref, seconds)
    message = add_message(contact, f"Message vocal ({seconds} s)", provider_ref=recording_ref)
    transcribe(recording_ref)
    return message


def take_up(contact: Contact) -> None:
    """What they asked for is told after the end of their call: nobody has seen to it yet. Hold the contact first."""
    if contact.state == "wrapped_up" and contact.agent_id is None:
        contact.state, contact.disposition = "open", ""


def end_call(contact: Contact, status: str) -> None:
    """The call hung up. Said once: a late or doubled word changes nothing. A caller who gave up waiting still stands
    on the desk, to be called back; one who never asked for anybody needs nobody."""
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
    if _only_heard_the_menu(contact):
        how = "self_served" if _was_told_something(contact) else "abandoned"
        wrap_up(contact, how, note=contact.note, by=history.NETWORK)


def _only_heard_the_menu(contact: Contact) -> bool:
    """Whether they neither stood in line, nor were answered, nor left a message."""
    if contact.state != "open" or contact.direction != "in":
        return False
    if contact.queue_id is not None or contact.answered_at is not None:
        return False
    said = db.select(Message.id).filter_by(contact_id=contact.id, direction="in")
    return contact.last_message_at is None or db.session.scalar(said.limit(1)) is None


def _was_told_something(contact: Contact) -> bool:
    """Whether the menu read them an answer, or sent them one by text."""
    read = db.select(consulted_articles.c.article_id).filter_by(contact_id=contact.id)
    if db.session.scalar(read.limit(1)) is not None:
        return True
    return was_sent(contact, "answer")
