"""STOP, REPRISE, AIDE: what a text of one word asks for is done, whoever answered it."""

from __future__ import annotations

from dataclasses import replace

from portal import history
from portal.citizens import consents
from portal.citizens.models import Identifier
from portal.contacts.answering import wrap_up
from portal.contacts.models import Contact, Message
from portal.contacts.texts import keywords
from portal.contacts.texts.keywords import Keyword
from portal.telephony.senders import sender_for

AMBIGUOUS = ("yes",)  # where nothing was stopped, it answers a question of ours


def heed(message: Message, opt_out_type: str = "", sent_to: str = "") -> Keyword | None:
    """What this incoming text asks for, once it is recorded; None for a text like any other.

    Its `answered` is true when no answer of ours is due: the network gave one, or nothing has changed. `sent_to` is
    the number of ours that it was written to, where texts leave from another: there too the network may have answered.
    """
    found = _heed(message, opt_out_type)
    elsewhere = sent_to and sent_to != message.contact.line and keywords.is_networks(message.body)
    if found is not None and elsewhere and sender_for(sent_to).provider_stops:
        return replace(found, answered=True)
    return found


def _heed(message: Message, opt_out_type: str) -> Keyword | None:
    contact = message.contact
    used = contact.identifier
    found = keywords.read(message.body, sender_for(contact.line), opt_out_type)
    if used is None or found is None or found.asks == "help":
        return found if used is not None else None
    evidence = "network" if found.answered else "word"
    if found.asks == "stop":
        changed = consents.stop(used, contact.line, evidence=evidence, by=history.CITIZEN)
        return replace(found, answered=found.answered or not changed)
    if opt_out_type:
        consents.resume(used, contact.line, evidence=evidence, by=history.CITIZEN)
        return found
    if consents.stopped(used, contact.line):
        return _take_up(message, used, found)
    return None if found.word in AMBIGUOUS else found


def _take_up(message: Message, used: Identifier, found: Keyword) -> Keyword:
    """START, or a French form of it, from whoever had stopped our texts.

    The network lifts and answers only what it blocked itself, at its own words. What we stopped is ours to answer,
    whatever the word; what it blocks and this word does not lift stays stopped: an answer of ours would be refused.
    """
    line = message.contact.line
    blocked = consents.is_blocked(used, line)
    if blocked and not keywords.is_networks(message.body):
        return replace(found, answered=True, in_vain=True)
    consents.resume(used, line, evidence="network" if blocked else "word", by=history.CITIZEN)
    return replace(found, answered=blocked)


def settle(contact: Contact) -> None:
    """An exchange of nothing but such words needs nobody."""
    theirs = [one for one in contact.messages if not one.automatic]
    if contact.state == "open" and [one.direction for one in theirs] == ["in"]:
        wrap_up(contact, "no_answer_needed", note="", by=history.SYSTEM)
