"""STOP, REPRISE, AIDE: what a text of one word asks for is done, whoever answered it."""

from __future__ import annotations

from portal import history
from portal.citizens import consents
from portal.contacts import keywords
from portal.contacts.answering import wrap_up
from portal.contacts.keywords import Keyword
from portal.contacts.models import Contact, Message
from portal.telephony.senders import sender_for


def heed(message: Message, opt_out_type: str = "") -> Keyword | None:
    """What this incoming text asks for, once it is recorded; None for a text like any other.

    Its `answered` is true when no answer of ours is due: the network gave one, or nothing has changed.
    """
    contact = message.contact
    used, sender = contact.identifier, sender_for(contact.line)
    found = keywords.read(message.body, sender, opt_out_type)
    if used is None or found is None:
        return None
    if found.asks == "help":
        return found
    evidence = "network" if found.answered else "word"
    if found.asks == "stop":
        changed = consents.stop(used, contact.line, evidence=evidence, by=history.CITIZEN)
    elif not opt_out_type and not consents.stopped(used, contact.line):
        return None  # nothing was stopped: « yes » answers a question of ours
    else:
        changed = consents.resume(used, contact.line, evidence=evidence, by=history.CITIZEN)
    return Keyword(found.asks, found.answered or not changed, found.word)


def settle(contact: Contact) -> None:
    """An exchange of nothing but such words needs nobody."""
    theirs = [one for one in contact.messages if not one.automatic]
    if contact.state == "open" and [one.direction for one in theirs] == ["in"]:
        wrap_up(contact, "no_answer_needed", note="", by=history.SYSTEM)
