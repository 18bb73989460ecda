"""Sends a message of a contact as a letter."""

from __future__ import annotations

from portal import jobs
from portal.cases.models import Case
from portal.cases.references import spoken
from portal.contacts.answering import advance
from portal.contacts.models import Message
from portal.database import db, locked
from portal.jobs import Job
from portal.mail.sending import NotAccepted, send_letter
from portal.work.context import settings


def send_email(job: Job) -> None:
    """One letter. Begun twice, it leaves with the same Message-ID, which mailboxes take for the same letter."""
    message: Message = db.session.scalars(
        locked(db.select(Message).filter_by(id=job.payload["message"]))
    ).one()
    if message.state not in ("waiting", "sending"):
        jobs.finish(job)
        db.session.commit()
        return
    to, subject, body = _address(message), _subject(message), message.body
    advance(message, "sending")
    db.session.commit()
    try:
        send_letter(settings(), f"message-{message.id}", to=to, subject=subject, body=body)
    except NotAccepted as refusal:
        advance(message, "failed", error=str(refusal))
    else:
        advance(message, "sent")
    jobs.finish(job)
    db.session.commit()


def _address(message: Message) -> str:
    used = message.contact.identifier
    return used.value if used is not None and used.kind == "email" else ""


def _subject(message: Message) -> str:
    contact = message.contact
    case = db.session.get(Case, contact.case_id) if contact.case_id else None
    subject = contact.subject or "Relais"
    return f"{subject} [{spoken(case.reference)}]" if case else subject
