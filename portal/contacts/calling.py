"""The life of a call as a contact: chosen, waiting, put through, ended; or a spoken message left."""

from __future__ import annotations

from portal import clock, history
from portal.contacts.models import Contact, Message
from portal.contacts.recording import add_message
from portal.database import db, locked


def hold_call(provider_ref: str) -> Contact | None:
    """The contact of this call, held until the commit."""
    query = db.select(Contact).filter_by(provider_ref=provider_ref)
    found: Contact | None = db.session.scalar(locked(query))
    return found


def wait_in(contact: Contact, queue_id: int, *, topic_id: int | None, step: str) -> None:
    """In line for an agent. What an agent has, or what is over, does not go back in line."""
    if contact.ended_at or contact.state in ("in_progress", "wrapped_up"):
        return
    contact.topic_id = topic_id or contact.topic_id
    contact.step = step
    if contact.state != "waiting" or contact.queue_id != queue_id:
        contact.state, contact.queue_id = "waiting", queue_id
        details = {"queue": queue_id}
        history.record(
            "contact.queued", contact, by=history.CITIZEN, citizen_id=contact.citizen_id, details=details
        )


def leave_voicemail(contact: Contact, recording_ref: str, seconds: int) -> Message:
    """A spoken message: told twice it is one. Whoever answers the queue calls back."""
    known = db.session.scalar(db.select(Message).filter_by(provider_ref=recording_ref))
    if known:
        return known
    contact.step = f"Message vocal de {seconds} s, à rappeler"
    if contact.state == "waiting":
        contact.state = "open"
    return add_message(contact, f"Message vocal ({seconds} s)", provider_ref=recording_ref)


def missed(contact: Contact) -> None:
    """The agent's phone was not picked up: the caller is in line again, at the former place."""
    if contact.state == "in_progress" and contact.ended_at is None:
        agent_id, contact.agent_id, contact.state = contact.agent_id, None, "waiting"
        details = {"agent": agent_id}
        history.record(
            "contact.missed", contact, by=history.NETWORK, citizen_id=contact.citizen_id, details=details
        )


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


def miss_in_outage(contact: Contact, queue_id: int | None) -> None:
    """They called while we could only say whom else to call: somebody calls them back."""
    if contact.ended_at is not None or contact.state in ("in_progress", "wrapped_up"):
        return
    contact.ended_at, contact.state = clock.now(), "open"
    contact.queue_id = contact.queue_id or queue_id
    contact.step = "A appelé pendant une panne : à rappeler"
    history.record("contact.missed_in_outage", contact, by=history.NETWORK, citizen_id=contact.citizen_id)
