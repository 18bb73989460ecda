"""Sends a message of a contact as a letter."""

from __future__ import annotations

from flask_babel import force_locale, gettext

from portal import clock, history, jobs
from portal.cases.models import Case
from portal.cases.references import spoken
from portal.contacts.answering import advance, hold_with_address
from portal.contacts.letters import corresponding, mailboxes
from portal.contacts.models import Message
from portal.database import db, hold, locked
from portal.directory.models import Organization
from portal.jobs import Job
from portal.mail.sending import Later, NotAccepted, Outgoing, domain_of, send
from portal.staff.models import Staff
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
    letter = _letter(message)
    advance(message, "sending")
    db.session.commit()
    try:
        send(settings(), letter)
    except NotAccepted as refusal:
        hold_with_address(message)
        _refused(message, refusal)
    except Later as failure:
        jobs.put_back(job, str(failure))  # after the last try it is set aside, and the console says so
        db.session.commit()
        return
    else:
        hold(message)  # it may have come back already
        advance(message, "sent")
    jobs.finish(job)
    db.session.commit()


def _refused(message: Message, refusal: NotAccepted) -> None:
    advance(message, "failed", error=str(refusal))
    used = message.contact.identifier
    if refusal.gone and used is not None and used.kind == "email":
        used.returned_at = clock.now()
    history.record("message.refused", message, by=history.NETWORK, citizen_id=message.contact.citizen_id)


def _letter(message: Message) -> Outgoing:
    """The letter that says this message: read whole before the commit that ends what may be read."""
    contact = message.contact
    case = db.session.get(Case, contact.case_id) if contact.case_id else None
    reference = case.reference if case else ""
    host = db.session.get_one(Organization, contact.organization_id)
    used = contact.identifier
    to = used.value if used is not None and used.kind == "email" else ""
    subject = corresponding.subject_of(contact, spoken(reference))
    back = mailboxes.return_address(contact.organization_id, reference, topic_queue=contact.queue_id)
    envelope = corresponding.write_envelope(
        message, sender=settings().smtp_from, recipient=to, subject=subject, domain=domain_of(settings())
    )
    before = corresponding.letters_before(message)
    return Outgoing(
        header_id=envelope.header_id,
        to=to,
        subject=subject,
        body=_body(message, host, reference, answerable=bool(back)),
        sender_name=host.name,
        reply_to=back,
        references=before,
        language=contact.language,
        automatic=("auto-replied" if before else "auto-generated") if message.automatic else "",
    )


def _body(message: Message, host: Organization, reference: str, *, answerable: bool) -> str:
    """What was written, and under it who answers (CRPA L111-2) and how to write again. A receipt says it itself."""
    if message.automatic:
        return message.body
    author = db.session.get(Staff, message.author_id) if message.author_id else None
    who = [part for part in ((author.name, author.job_title) if author else ()) if part]
    with force_locale(message.contact.language):
        again = gettext("Pour continuer, répondez simplement à ce message.") if answerable else ""
        told = gettext("Référence : %(reference)s", reference=spoken(reference)) if reference else ""
    lines = [", ".join(who), host.name, told, again]
    return message.body + "\n\n-- \n" + "\n".join(line for line in lines if line) + "\n"
