"""Letters as conversations: which exchange a letter belongs to, and what it adds to it.

A letter's sender is never sure: anybody may write any address there. So a letter finds its exchange by the Message-ID
of ours that it answers (random, known to who received it), by the reference in its subject, or by its sender and
subject; nothing that is already written is ever sent or shown to it. Who writes from another address than the
contact's is shown as such, and to staff only.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta
from functools import cache

from sqlalchemy import Select
from sqlalchemy.orm import selectinload

from portal import clock, history
from portal.among import among, in_order
from portal.citizens.models import Identifier
from portal.contacts.answering import advance
from portal.contacts.courtesies import thanks
from portal.contacts.models import Contact, Envelope, Message
from portal.contacts.recording import begin, reopen
from portal.database import db, hold
from portal.mail.reading import ReadLetter, bare
from portal.mail.returns import Return

SAME_SUBJECT = timedelta(days=30)
MOST_REFERENCES = 10
REFERENCE = re.compile(r"\b[2-9A-Z]{4}-?[2-9A-Z]{4}-?[2-9A-Z]{2}\b")
NOT_ARRIVED = "Notre réponse n’est pas arrivée"


def find_thread(
    letter: ReadLetter, used: Identifier | None, case_id: int | None, *, organization_id: int | None
) -> Contact | None:
    """The contact that this letter goes on with, held until the commit; None if it begins one.

    `case_id` is the matter whose reference stands in the subject or the address; `organization_id` is whose mailbox
    it was sent to, when that is known: a letter to one organization never joins an exchange with another.
    """
    for found in (_answered(letter), _of_case(case_id), _same_subject(letter, used)):
        if found is not None and organization_id in (None, found.organization_id):
            hold(found)
            return found
    return None


def begin_letter(
    letter: ReadLetter, used: Identifier | None, *, organization_id: int, language: str
) -> Contact:
    """A new contact by e-mail, without its words yet."""
    subject = letter.bare_subject or " ".join(letter.words.new.split())[:80]
    return begin("email", used, organization_id=organization_id, language=language, subject=subject[:200])


def add_letter(
    contact: Contact, letter: ReadLetter, body: str, *, refused: Sequence[dict[str, str]], asks: bool
) -> Message:
    """Writes the letter in its contact, which is open again if it asks for something."""
    other = _is_other(contact, letter)
    message = Message(
        contact=contact,
        direction="in",
        channel="email",
        body=body,
        state="received",
        automatic=letter.automatic,
    )
    message.envelope = Envelope(
        header_id=letter.header_id,
        sender=letter.sender,
        recipient=", ".join(letter.recipients)[:500],
        subject=letter.subject,
        quoted=letter.words.quoted,
        signature=letter.words.signature,
        other_address=other,
        refused=list(refused),
    )
    db.session.add(message)
    contact.last_message_at = clock.now()
    if asks:
        reopen(contact)
    db.session.flush()
    return message


def goes_on(letter: ReadLetter) -> bool:
    """Whether its exchange goes on with it: a program's answer, or nothing but thanks, changes nothing."""
    return not letter.automatic and (bool(letter.files) or not thanks(letter.words.new))


def write_envelope(message: Message, *, sender: str, recipient: str, subject: str, domain: str) -> Envelope:
    """The envelope of a letter of ours, written before it leaves; sent again, it bears the same Message-ID."""
    if message.envelope is None:
        own = f"{secrets.token_urlsafe(18)}@{domain}"
        message.envelope = Envelope(
            header_id=own, sender=sender, recipient=recipient, subject=subject, refused=[]
        )
        db.session.flush()
    return message.envelope


def read_whole(message_ids: Collection[int]) -> list[Message]:
    """These messages with their envelopes and files, in three readings however many there are."""
    return list(db.session.scalars(_whole(), {"messages": message_ids})) if message_ids else []


@cache
def _whole() -> Select[tuple[Message]]:
    query = db.select(Message).where(among(Message.id, "messages")).order_by(in_order(Message.id))
    return query.options(selectinload(Message.envelope), selectinload(Message.attachments))


def subject_of(contact: Contact, reference: str) -> str:
    """The subject of every letter of ours in this exchange, always the same: mailboxes sort by it."""
    words = bare(contact.subject) or "Votre demande"
    begun = "Re: " if contact.channel == "email" else ""
    return f"{begun}{words} [{reference}]" if reference else f"{begun}{words}"


def letters_before(message: Message) -> list[str]:
    """The Message-IDs of what was written before in this exchange, by the person we answer and by us, oldest first."""
    query = db.select(Envelope.header_id).join(Message, Message.id == Envelope.message_id)
    query = query.where(Message.contact_id == message.contact_id, Message.id < message.id)
    query = query.where(Envelope.header_id != "", ~Envelope.other_address)
    newest = db.session.scalars(query.order_by(Message.id.desc()).limit(MOST_REFERENCES))
    return [one for one in newest if re.fullmatch(r"[!-;=?-~]{1,250}", one)][::-1]


def hear_return(told: Return) -> Message | None:
    """A letter of ours came back, late or for good: its message says so, and its address when it is at fault.

    A reply that its reader never got brings its contact back to those who wait; a receipt does not.
    """
    query = db.select(Message).join(Envelope, Envelope.message_id == Message.id)
    query = query.where(Envelope.header_id.in_(told.letters[:20]), Message.direction == "out")
    message: Message | None = db.session.scalar(query.order_by(Message.id.desc()).limit(1))
    if message is None or told.action not in ("failed", "delivered"):
        return message
    contact, used = message.contact, message.contact.identifier
    # as a letter that comes in does: the address, then its exchange
    for row in (used, contact, message):
        if row is not None:
            hold(row)
    state = "undelivered" if told.action == "failed" else "delivered"
    moved = advance(message, state, error=told.reason if told.action == "failed" else "")
    if not moved or told.action == "delivered":
        return message
    if told.gone and used is not None:
        used.returned_at = clock.now()
    if not message.automatic:
        contact.step = NOT_ARRIVED
        reopen(contact, by=history.NETWORK)
    history.record("message.returned", message, by=history.NETWORK, citizen_id=contact.citizen_id)
    return message


def _answered(letter: ReadLetter) -> Contact | None:
    """The contact of the nearest letter, ours or theirs, that this one answers."""
    if not letter.thread:
        return None
    query = db.select(Envelope.header_id, Message.contact_id).join(Message, Message.id == Envelope.message_id)
    rows = db.session.execute(query.where(Envelope.header_id.in_(letter.thread))).all()
    by_id: dict[str, int] = dict(rows)
    nearest = next((by_id[one] for one in letter.thread if one in by_id), None)
    return db.session.get(Contact, nearest) if nearest else None


def _of_case(case_id: int | None) -> Contact | None:
    if case_id is None:
        return None
    query = db.select(Contact).filter_by(case_id=case_id).order_by(Contact.id.desc())
    return db.session.scalar(query.limit(1))


def _same_subject(letter: ReadLetter, used: Identifier | None) -> Contact | None:
    subject = letter.bare_subject
    if used is None or not subject:
        return None
    query = db.select(Contact).filter_by(channel="email", identifier_id=used.id, subject=subject)
    recent = Contact.last_message_at > clock.now() - SAME_SUBJECT
    return db.session.scalar(
        query.where(Contact.state != "wrapped_up", recent).order_by(Contact.id.desc()).limit(1)
    )


def _is_other(contact: Contact, letter: ReadLetter) -> bool:
    used = contact.identifier
    return used is None or used.kind != "email" or used.value != letter.sender
