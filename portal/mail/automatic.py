"""Letters that no person wrote, and those that must not be answered by a program: answering them makes loops."""

from __future__ import annotations

import re
from email.message import Message

from portal.mail import headers

AWAY = re.compile(
    r"^\s*(réponse automatique|reponse automatique|message d.absence|absence du bureau|absent(e)? du bureau|"
    r"(je suis|actuellement) absent|automatic reply|auto(matic)?[- ]?reply|auto[- ]?response|autoreply|"
    r"out of( the)? office|on vacation|رد تلقائي|الرد التلقائي|خارج المكتب)(?=\W|$)",
    re.I,
)
NO_REPLY = re.compile(
    r"^(no-?reply|do-?not-?reply|ne-?pas-?repondre|nepasrepondre|mailer-daemon|postmaster|bounces?|notifications?|"
    r"newsletter|listserv|majordomo)([-+._].*)?@",
    re.I,
)


def is_automatic(letter: Message, subject: str) -> bool:
    """Whether a program wrote it: an absence, a receipt, a notice. It asks for no answer."""
    said = next(headers.raw(letter, "auto-submitted"), "no").partition(";")[0].strip().lower()
    precedence = next(headers.raw(letter, "precedence"), "").strip().lower()
    marked = any(
        next(headers.raw(letter, name), "") for name in ("x-autoreply", "x-autorespond", "x-auto-reply-from")
    )
    return said not in ("", "no") or marked or precedence == "auto_reply" or bool(AWAY.match(subject))


def is_returned(letter: Message) -> bool:
    """Whether it comes from the mail itself: an empty return path, or a mailer's name."""
    path = next(headers.raw(letter, "return-path"), "").replace(" ", "")
    sender = headers.addresses(letter, "from")
    return path == "<>" or any(re.match(r"(mailer-daemon|postmaster)@", address) for _, address in sender)


def must_not_be_answered(letter: Message, subject: str) -> bool:
    """Whether a receipt must not be sent: automatic, returned, sent to many, or from an address that reads nothing."""
    precedence = next(headers.raw(letter, "precedence"), "").strip().lower()
    to_many = precedence in ("bulk", "list", "junk") or any(
        key.lower().startswith("list-") for key, _ in letter.raw_items()
    )
    suppressed = next(headers.raw(letter, "x-auto-response-suppress"), "").lower()
    deaf = any(word in suppressed for word in ("all", "oof", "autoreply"))
    answered_at = headers.addresses(letter, "reply-to", "from")
    unread = any(NO_REPLY.match(address) for _, address in answered_at)
    return (
        is_automatic(letter, subject) or is_returned(letter) or to_many or deaf or unread or not answered_at
    )
