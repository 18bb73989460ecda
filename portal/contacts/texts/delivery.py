"""What becomes of the texts we sent, from what the network tells: doubled, late, out of order, or unheard of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from portal import clock, history, jobs
from portal.citizens import consents
from portal.citizens.models import Identifier
from portal.contacts.answering import advance, hold_with_address
from portal.contacts.models import Message
from portal.contacts.texts import texting
from portal.database import db, locked
from portal.telephony import alerts, events, outcomes
from portal.telephony.senders import quiet_until, sender_for

STATES = {
    "accepted": "sending",
    "scheduled": "sending",
    "queued": "sending",
    "sending": "sending",
    "sent": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "undelivered",
    "failed": "failed",
    "canceled": "failed",
}
ENDED_BADLY = ("failed", "undelivered")
AGAIN_AFTER = timedelta(minutes=30)
WRITTEN_AGAIN = (*texting.CAN_WAIT, "receipt")


def hear_status(provider_ref: str, status: str, error: str = "") -> None:
    """Moves the message on. One we do not know yet (told before its sending was recorded) is heard again then."""
    state, query = STATES.get(status), db.select(Message).filter_by(provider_ref=provider_ref)
    if state in ENDED_BADLY and (known := db.session.scalar(query)) is not None:
        hold_with_address(known)
    message: Message | None = db.session.scalar(locked(query))
    if message is None or state is None:
        return
    moved = advance(message, state, error=error)
    if state == message.state and error and not message.error:  # said before, without its reason
        message.error, moved = error, True
    if moved and state in ENDED_BADLY:
        follow(message, error)


def record_sent(message: Message, provider_ref: str) -> None:
    """The text is out; what the network told of it before we knew its id is heard now."""
    events.hold(provider_ref)
    heard = list(events.told([f"message:{provider_ref}:{status}" for status in STATES]))
    if any(STATES.get(told.get("MessageStatus", "")) in ENDED_BADLY for told in heard):
        hold_with_address(message)
    advance(message, "sent", provider_ref=provider_ref)
    db.session.flush()
    for told in heard:
        hear_status(provider_ref, told.get("MessageStatus", ""), told.get("ErrorCode", ""))


def refuse(message: Message, code: str) -> None:
    """The network refused it, for good."""
    hold_with_address(message)
    if advance(message, "failed", error=code):
        follow(message, code)


def follow(message: Message, code: str) -> None:
    """Does what this error asks for: the number is marked, the consent recorded, another try made, someone told."""
    contact, found = message.contact, outcomes.outcome(code)
    if contact.identifier is not None:
        mark(contact.identifier, texting.texts_from(contact), code)
    if "alert" in found.follows:
        told = outcomes.for_administrators(code)
        alerts.alert(f"text_error:{code}", told, organization_id=contact.organization_id)
    if "retry" in found.follows:
        _write_again(message)


def mark(used: Identifier, sender: str, code: str) -> None:
    """Keeps what the network's refusal says of the number itself: it takes none, or none of ours any more."""
    found = outcomes.outcome(code)
    if "opted_out" in found.follows:
        consents.stop(used, sender, evidence="refusal", by=history.NETWORK)
    if "bad_number" in found.follows and not used.text_error:
        used.text_error = code
        details = {"error": code}
        history.record("identifier.takes_no_texts", used, by=history.NETWORK, details=details)


def set_aside(messages: Iterable[Message]) -> set[int]:
    """Those of these messages whose sending was given up, and waits for a person."""
    ours = [one.id for one in messages if one.state in ("waiting", "sending", "unknown")]
    keys = jobs.set_aside_among([f"message:{message_id}" for message_id in ours])
    return {message_id for message_id in ours if f"message:{message_id}" in keys}


def _write_again(message: Message) -> None:
    """One more try, later, as a message of its own: what was not delivered stays so. It is not tried a third time."""
    contact, key = message.contact, f"again:{message.id}"
    used = contact.identifier
    is_second = (message.form_key or "").startswith("again:")
    if used is None or is_second or texting.why_not(contact, message.purpose):
        return
    if message.purpose not in WRITTEN_AGAIN or db.session.scalar(
        db.select(Message.id).filter_by(form_key=key)
    ):
        return
    sender = sender_for(texting.texts_from(contact))
    if texting.spend(contact, sender, automatic=message.automatic, purpose=message.purpose):
        return
    copied = ("contact_id", "channel", "body", "author_id", "automatic", "purpose")
    values = {name: getattr(message, name) for name in copied}
    later = clock.now() + AGAIN_AFTER
    at = quiet_until(sender, used.value, later) or later
    again = Message(direction="out", state="waiting", form_key=key, held_until=at, **values)
    db.session.add(again)
    db.session.flush()
    jobs.enqueue("send_text", {"message": again.id}, dedupe_key=f"message:{again.id}", not_before=at)
    history.record("message.written_again", again, by=history.SYSTEM, citizen_id=contact.citizen_id)
