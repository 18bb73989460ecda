"""Makes of a letter that came what it is: a message in its exchange, a new matter with its receipt, or a return.

Read and put on disk first, with nothing held; then written in one transaction with the letter's own state, so that a
worker killed at any instant leaves all of it or nothing, and the next one does it once.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from flask import current_app

from knowledge_base.reading.language import language_of
from portal import history, jobs, storage
from portal.articles import library
from portal.cases.models import Case
from portal.cases.opening import case_by_reference, open_case, reopen_case
from portal.cases.references import read_reference
from portal.citizens.identifying import email_address, identifier
from portal.citizens.models import Identifier
from portal.config import LANGUAGES
from portal.contacts import attachments
from portal.contacts.letters import apart, corresponding, mailboxes
from portal.contacts.models import DISTRESS, Contact, Message
from portal.contacts.telling import tell_of
from portal.database import db, locked
from portal.desk import waiting
from portal.desk.models import Queue
from portal.directory import reading as directory
from portal.errors import Refused
from portal.jobs import Job
from portal.mail import keeping
from portal.mail.folding import Folded
from portal.mail.models import IncomingLetter
from portal.mail.reading import ReadLetter, Unreadable, read_letter
from portal.mail.returns import Return
from portal.referrals.deciding.distress import distress
from portal.referrals.following import links, living
from portal.referrals.following.referring import hold_referrals
from portal.work.context import settings
from portal.work.receipts import acknowledge, answer_distress, tell_not_kept

log = logging.getLogger(__name__)

ILLEGIBLE = "Lettre reçue qui n’a pas pu être lue : ouvrez-la telle qu’elle est venue."


@dataclass(frozen=True, slots=True)
class Files:
    """What came with a letter: kept, or refused and why."""

    kept: tuple[attachments.Kept, ...] = ()
    refused: tuple[tuple[str, Refused], ...] = ()

    @property
    def reasons(self) -> list[Refused]:
        return [why for _, why in self.refused]


def receive_letter(job: Job) -> None:
    """One letter. Done twice, it is one message."""
    letter = db.session.get_one(IncomingLetter, job.payload["letter"])
    if letter.state == "waiting":
        db.session.commit()
        raw = keeping.bytes_of(settings(), letter)
        read, files = _read(raw, letter)
        letter = db.session.scalars(locked(db.select(IncomingLetter).filter_by(id=letter.id))).one()
        if letter.state == "waiting":
            _make(letter, read, files)
    jobs.finish(job)
    db.session.commit()


def _read(raw: bytes, letter: IncomingLetter) -> tuple[ReadLetter, Files]:
    """What the letter says and its files, judged and on disk. One that cannot be read is its own attachment."""
    try:
        read = read_letter(raw)
    except Unreadable as why:
        log.error("letter %s cannot be read: %s", letter.id, why)
        digest = storage.keep(settings().attachments_dir, raw)
        whole = attachments.Kept("lettre.eml", "message/rfc822", len(raw), digest)
        words = Folded(ILLEGIBLE)
        return ReadLetter("", "", (), ILLEGIBLE, "", (), words, answerable=False), Files((whole,))
    return read, _keep_files(read)


def _keep_files(read: ReadLetter) -> Files:
    kept: list[attachments.Kept] = []
    refused: list[tuple[str, Refused]] = []
    for file in read.files:
        sizes = [("", one.size) for one in kept] + [("", len(file.data))]
        try:
            attachments.check_all(sizes, most_mb=settings().attachments_mb)
            kept.append(attachments.keep(settings().attachments_dir, file.name, file.data))
        except Refused as refusal:
            refused.append((attachments.safe_name(file.name), refusal))
    return Files(tuple(kept), tuple(refused))


def _make(letter: IncomingLetter, read: ReadLetter, files: Files) -> None:
    if read.returned is not None:
        message = corresponding.hear_return(read.returned)
        to_service = message is None and _hear_from_services(read.returned)
        if message is not None or to_service or read.returned.formal:
            letter.state, letter.reason = "returned", read.returned.reason
            letter.message_id = message.id if message else None
            if message is not None:
                tell_of(message.contact)
            return
    message = record(read, files, recipient=letter.recipient)
    letter.state = apart.TO_SEE if apart.is_apart(message.contact) else "read"
    letter.message_id = message.id


def _hear_from_services(told: Return) -> bool:
    """Whether what came back was a letter to a service about people who were sent there: their desk is told."""
    referrals = links.left_with(told.letters[:20])
    if told.action == "failed":
        hold_referrals(*referrals)
        for one in referrals:
            living.not_delivered(one, told.reason)
    return bool(referrals)


def record(read: ReadLetter, files: Files, *, recipient: str = "") -> Message:
    """The message that this letter is; where it begins an exchange, its receipt is on its way."""
    used = _sender(read)
    where = mailboxes.delivered_to([one for one in (recipient, *read.recipients) if one])
    contact = _thread(read, used, where)
    begins = contact is None or apart.is_apart(contact)
    aside = begins and _asks_nobody(read, where)
    was_apart = contact is not None and begins
    if contact is None:
        contact = _begin(read, used, where)
    body = read.words.new or read.bare_subject or "(sans texte)"
    refused = [{"name": name, "why": why.sentence % why.values} for name, why in files.refused]
    asks = not aside if begins else corresponding.goes_on(read)
    message = corresponding.add_letter(contact, read, body, refused=refused, asks=asks)
    attachments.attach(message, files.kept)
    db.session.flush()
    if aside:
        apart.set_apart(contact)
    elif begins:
        if was_apart:
            apart.take_out(contact, by=history.SYSTEM)
        _settle(contact, read, where, files)
    elif asks:
        _go_on(contact, read, message, files)
    tell_of(contact)
    return message


def _thread(read: ReadLetter, used: Identifier | None, where: mailboxes.Delivery) -> Contact | None:
    """The exchange that it goes on with. What somebody else answers to a newsletter is theirs, and begins one."""
    case = _case_named(read, where.tag)
    by_subject = None if _is_form(read, where) else used  # all that people write in a form has one sender
    found = corresponding.find_thread(
        read, by_subject, case.id if case else None, organization_id=where.organization_id
    )
    if found is not None and apart.is_apart(found) and found.identifier_id != (used.id if used else None):
        return None
    return found


def _asks_nobody(read: ReadLetter, where: mailboxes.Delivery) -> bool:
    """Whether no person waits for us to answer: a program wrote it, or it came through a list, and not one of ours that
    hands us what people write to it. Words of distress are always somebody's."""
    sender = settings().smtp_from
    listed = bool(read.lists) and not mailboxes.is_our_list(read.lists, _owner(where), sender)
    if not (listed or read.asks_nobody) or (_is_form(read, where) and not any(read.lists)):
        return False
    return not distress(f"{read.subject} {read.words.new}", _language(read))


def _is_form(read: ReadLetter, where: mailboxes.Delivery) -> bool:
    """Whether a form of a site of ours sent it for somebody: its marks say nothing of what they wrote. A newsletter of
    ours says to answer us."""
    if not read.written_for:
        return False
    owner, sender = _owner(where), settings().smtp_from
    whose = (read.sender.replace("@", "."), read.written_for.replace("@", "."))
    return [mailboxes.is_our_list([one], owner, sender) for one in whose] == [True, False]


def _sender(read: ReadLetter) -> Identifier | None:
    """The address that a letter says it is from: held, so that two first letters at once make one exchange."""
    try:
        used = identifier("email", email_address(read.sender))
    except Refused:
        return None
    db.session.scalar(locked(db.select(Identifier).filter_by(id=used.id)))
    used.returned_at = None
    return used


def _case_named(read: ReadLetter, tag: str) -> Case | None:
    """The matter whose reference stands in the subject, or in the address that was written to."""
    named = corresponding.REFERENCE.findall(read.subject.upper())
    return next((case for one in [*named, tag] if (case := case_by_reference(read_reference(one)))), None)


def _begin(read: ReadLetter, used: Identifier | None, where: mailboxes.Delivery) -> Contact:
    owner = _owner(where)
    contact = corresponding.begin_letter(read, used, organization_id=owner, language=_language(read))
    if read.name:
        contact.step = f"Se présente comme {read.name}"
    return contact


def _owner(where: mailboxes.Delivery) -> int:
    """Whose letter it is."""
    host = directory.host()
    if host is None:
        raise RuntimeError("no organization to receive letters")
    return where.organization_id or host.id


def _language(read: ReadLetter) -> str:
    found = language_of(f"{read.subject}\n{read.words.new}", "fr")
    return found if found in LANGUAGES else "fr"


def _settle(contact: Contact, read: ReadLetter, where: mailboxes.Delivery, files: Files) -> None:
    """A new exchange: its topic, its queue, its matter, and its receipt."""
    said = f"{read.subject} {read.words.new}"
    searcher = current_app.extensions["searcher"]
    contact.topic_id = library.topic_about(searcher, read.bare_subject or said, language=contact.language)
    in_danger = distress(said, contact.language)
    if in_danger:
        contact.step = DISTRESS
    queue = db.session.get(Queue, where.queue_id) if where.queue_id else None
    queue = queue or waiting.queue_for_topic(contact.topic_id, organization_id=contact.organization_id)
    if queue is not None:
        waiting.enqueue(contact, queue)
    case = open_case(contact, by=history.CITIZEN)
    used = _to_answer(contact, read)
    if used is not None and in_danger:
        answer_distress(contact, case, used)
    elif used is not None:
        acknowledge(contact, case, used, files.reasons)


def _go_on(contact: Contact, read: ReadLetter, message: Message, files: Files) -> None:
    case = db.session.get(Case, contact.case_id) if contact.case_id else None
    if case is not None:
        reopen_case(case, by=history.CITIZEN)
    in_danger = distress(message.body, contact.language)
    if in_danger:
        contact.step = DISTRESS
    used = _to_answer(contact, read)
    if used is not None and in_danger:
        answer_distress(contact, case, used)
    elif used is not None:
        tell_not_kept(contact, used, files.reasons)


def _to_answer(contact: Contact, read: ReadLetter) -> Identifier | None:
    """The address that an automatic answer goes to: the exchange's own, where this letter comes from it."""
    used = contact.identifier
    if used is None or used.value != read.sender or not read.answerable:
        return None
    return None if mailboxes.is_ours(used.value, settings().smtp_from) else used
