"""Sending one letter: by SMTP where it is set; without it, into the demo's mailbox."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from email.policy import SMTP

from portal.config import Settings
from portal.database import db, hold_nothing, insert
from portal.mail.models import Letter

TIMEOUT_S = 10


class NotAccepted(Exception):
    """This letter is refused for good, by the server or for want of one: another try would be as well."""


def send_letter(settings: Settings, message_id: str, *, to: str, subject: str, body: str) -> None:
    """Hands the letter over. `message_id` is the same at each try, so that a second one is recognised as such.

    Raises `NotAccepted` for a final refusal, and what smtplib and the network raise when another try may do.
    """
    if settings.smtp_host:
        _send(settings, _letter(settings, message_id, to, subject, body))
    elif not settings.demo:
        raise NotAccepted("SMTP_HOST is not set")  # kept here, nobody would ever read it
    else:
        _keep(message_id, to, subject, body)


def _letter(settings: Settings, message_id: str, to: str, subject: str, body: str) -> EmailMessage:
    letter = EmailMessage(policy=SMTP)
    letter["From"] = settings.smtp_from
    letter["To"] = to
    letter["Subject"] = " ".join(subject.split())
    letter["Message-ID"] = f"<{message_id}@{settings.smtp_from.partition('@')[2] or 'localhost'}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(body)
    return letter


def _send(settings: Settings, letter: EmailMessage) -> None:
    hold_nothing()
    with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_S) as server:
        if settings.smtp_user:
            server.starttls()
            server.login(settings.smtp_user, settings.smtp_password)
        try:
            server.send_message(letter)
        except smtplib.SMTPRecipientsRefused as refusal:
            code = next(iter(refusal.recipients.values()))[0]
            if code >= 500:
                raise NotAccepted(str(code)) from refusal
            raise


def _keep(message_id: str, to: str, subject: str, body: str) -> None:
    statement = insert(Letter).values(message_id=message_id, to=to, subject=subject, body=body)
    db.session.execute(statement.on_conflict_do_nothing(index_elements=["message_id"]))
