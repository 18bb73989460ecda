"""Texts: what becomes of those we sent, and who asked for no more of them."""

from __future__ import annotations

import unicodedata

from portal import clock, history
from portal.citizens.models import Identifier
from portal.contacts.answering import advance
from portal.contacts.models import Message
from portal.database import db, locked

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
STOP = {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "arret", "arrete", "stop sms"}
START = {"start", "unstop", "yes", "reprise"}


def hear_status(provider_ref: str, status: str, error: str = "") -> None:
    """Moves the message on. One we do not know yet (told before its sending was recorded) is heard again then."""
    message: Message | None = db.session.scalar(
        locked(db.select(Message).filter_by(provider_ref=provider_ref))
    )
    state = STATES.get(status)
    if message is not None and state is not None:
        advance(message, state, error=error)


def consent(used: Identifier, body: str, opt_out_type: str = "") -> bool:
    """Whether this text asks for no more texts, or for them again; it is recorded, and gets no reply from us.

    The network has already answered these words itself.
    """
    plain = unicodedata.normalize("NFKD", body.strip().lower()).encode("ascii", "ignore").decode()
    stop, start = plain in STOP or opt_out_type == "STOP", plain in START or opt_out_type == "START"
    if not (stop or start):
        return False
    used.opted_out_at = clock.now() if stop else None
    verb = "identifier.opted_out" if stop else "identifier.opted_in"
    history.record(verb, used, by=history.CITIZEN)
    return True
