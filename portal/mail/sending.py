"""Sending one letter: by SMTP where it is set; without it, into the demo's mailbox."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from portal import clock
from portal.config import Settings
from portal.database import db, hold_nothing, insert
from portal.directions import FROM_THE_RIGHT, hold_numbers
from portal.mail.models import Letter
from portal.mail.returns import GONE, WORDS

TIMEOUT_S = 10
LOCAL = ("localhost", "127.0.0.1", "::1")
RIGHT_TO_LEFT = {"ar"}
_CODE = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


class NotAccepted(Exception):
    """This letter is refused for good, by the server or for want of one: another try would be as well.

    `gone`: because its address does not exist.
    """

    gone = False


class Later(Exception):
    """The server did not take this letter now: another try may do."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A letter of ours. `header_id` is the same at each try, so that a second one is recognised as such."""

    header_id: str
    to: str
    subject: str
    body: str
    sender_name: str = ""
    reply_to: str = ""
    references: Sequence[str] = ()  # what it answers is the last
    language: str = "fr"
    automatic: str = ""  # `auto-generated` or `auto-replied`, when no person wrote it


def send(settings: Settings, letter: Outgoing) -> None:
    """Hands the letter over. Raises `NotAccepted` for a final refusal and `Later` when another try may do."""
    if settings.smtp_host:
        _send(settings, compose(settings, letter))
    elif not settings.demo:
        raise NotAccepted("SMTP_HOST is not set")  # kept here, nobody would ever read it
    else:
        _keep(letter)


def send_letter(settings: Settings, message_id: str, *, to: str, subject: str, body: str) -> None:
    """Hands over a letter that begins and ends by itself, such as a code."""
    send(
        settings,
        Outgoing(f"{message_id}@{domain_of(settings)}", to, subject, body, automatic="auto-generated"),
    )


def domain_of(settings: Settings) -> str:
    """What stands after the @ in our Message-IDs."""
    return settings.smtp_from.partition("@")[2] or "localhost"


def compose(settings: Settings, letter: Outgoing) -> EmailMessage:
    """The letter as it leaves. No value given here can begin another header."""
    made = EmailMessage(policy=SMTP)
    made["From"] = _address(settings.smtp_from, letter.sender_name)
    try:
        made["To"] = Address(addr_spec=letter.to)
    except Exception as error:  # the library refuses a malformed address in several ways
        refusal = NotAccepted("l’adresse est mal écrite")
        refusal.gone = True
        raise refusal from error
    made["Subject"] = _one_line(letter.subject)
    made["Date"] = format_datetime(clock.now())
    made["Message-ID"] = f"<{letter.header_id}>"
    if letter.reply_to:
        made["Reply-To"] = _address(letter.reply_to, letter.sender_name)
    if letter.references:
        made["In-Reply-To"] = f"<{letter.references[-1]}>"
        made["References"] = " ".join(f"<{one}>" for one in letter.references)
    if letter.automatic:
        made["Auto-Submitted"] = letter.automatic
    made.set_content(directed(letter.body, letter.language), cte="quoted-printable")
    made["Content-Language"] = letter.language
    return made


def directed(body: str, language: str) -> str:
    """The words, each line of a language written from the right beginning with the mark that says so."""
    if language not in RIGHT_TO_LEFT:
        return body
    lines = hold_numbers(body).split("\n")
    return "\n".join(FROM_THE_RIGHT + one if any(c.isalnum() for c in one) else one for one in lines)


def _address(address: str, name: str) -> Address:
    return Address(display_name=_one_line(name)[:100], addr_spec=address)


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _send(settings: Settings, letter: EmailMessage) -> None:
    hold_nothing()
    try:
        with _connect(settings) as server:
            server.send_message(letter)
    except smtplib.SMTPRecipientsRefused as refusal:
        raise _judged(*next(iter(refusal.recipients.values()))) from refusal
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refusal:
        raise _judged(refusal.smtp_code, refusal.smtp_error) from refusal
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        raise Later(type(error).__name__) from error


def _connect(settings: Settings) -> smtplib.SMTP:
    """A connection in which nobody else reads: in production nothing leaves without TLS, but on this machine."""
    host, port = settings.smtp_host, settings.smtp_port
    local = host in LOCAL
    context = ssl.create_default_context()
    if port == 465:
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_S)
    try:
        server.ehlo_or_helo_if_needed()
        if port != 465 and not local:
            if server.has_extn("starttls"):
                server.starttls(context=context)
            elif settings.smtp_user or not settings.demo:
                raise Later("the server offers no TLS")
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
    except BaseException:
        server.close()
        raise
    return server


def _judged(code: int, said: bytes | str) -> NotAccepted | Later:
    """What the server's refusal means: 5xx is final, anything else may pass."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    found = _CODE.search(text)
    status = found.group(1) if found else ""
    if code < 500:
        return Later(str(code))
    words = WORDS.get(status) or WORDS.get(status.rpartition(".")[0]) or "le serveur de courrier l’a refusé"
    refusal = NotAccepted(f"{words} ({' '.join(part for part in (str(code), status) if part)})")
    refusal.gone = status in GONE
    return refusal


def _keep(letter: Outgoing) -> None:
    values = {
        "message_id": letter.header_id,
        "to": letter.to,
        "subject": _one_line(letter.subject),
        "body": directed(letter.body, letter.language),
        "reply_to": letter.reply_to,
        "in_reply_to": letter.references[-1] if letter.references else "",
    }
    statement = insert(Letter).values(**values)
    db.session.execute(statement.on_conflict_do_nothing(index_elements=["message_id"]))
