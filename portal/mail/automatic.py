"""Letters that no person wrote, and those that must not be answered by a program: answering them makes loops."""

from __future__ import annotations

import re
from email.message import Message

from portal.mail import headers

# Programs end these words here, or go on with a colon, a date, the subject answered; people go on otherwise
# (« Absence du bureau de poste »). « Je suis absent du 3 au 17 » is as much a person's: only a header tells.
AWAY = re.compile(
    r"^\s*(réponse automatique|reponse automatique|message d.absence|absence du bureau|absent(e)? du bureau|"
    r"automatic reply|auto(matic)?[- ]?reply|auto[- ]?response|autoreply|"
    r"out of( the)? office|on vacation|رد تلقائي|الرد التلقائي|خارج المكتب)"
    r"(?=\s*($|[:(!–—-]|jusqu|(du|au|le|from|until|till) \d|until|حتى))",
    re.I,
)
LIST_ID, LIST_POST = re.compile(r"<([^<>\s]{1,300})>"), re.compile(r"mailto:([^<>?\s]{1,300})", re.I)
ASKS = ("?", "؟")
NO_REPLY = re.compile(
    r"^(no-?reply|do-?not-?reply|ne-?pas-?repondre|nepasrepondre|mailer-daemon|postmaster|bounces?|notifications?|"
    r"newsletter|listserv|majordomo)([-+._].*)?@",
    re.I,
)


def is_automatic(letter: Message, subject: str, words: str = "") -> bool:
    """Whether a program wrote it: an absence, a receipt, a notice. It asks for no answer; so a subject alone is no sign
    of it where a question was asked, there or in the words."""
    return _submitted(letter) == "auto-generated" or _answers_by_itself(letter, subject, words)


def written_for(letter: Message, subject: str, words: str = "") -> str:
    """Whom a form that sends us what people write in it says to answer: somebody else than its sender. Nobody where a
    program, or the mail, answers by itself."""
    senders = {address for _, address in headers.addresses(letter, "from")}
    named = [address for _, address in headers.addresses(letter, "reply-to") if address not in senders]
    by_itself = is_returned(letter) or _answers_by_itself(letter, subject, words)
    return "" if by_itself else next((one for one in named if not NO_REPLY.match(one)), "")


def is_returned(letter: Message) -> bool:
    """Whether it comes from the mail itself: an empty return path, or a mailer's name."""
    path = _said(letter, "return-path").replace(" ", "")
    sender = headers.addresses(letter, "from")
    return path == "<>" or any(re.match(r"(mailer-daemon|postmaster)@", address) for _, address in sender)


def sent_to_many(letter: Message) -> tuple[str, ...]:
    """Names of the list that it came through, as « contact.ville.fr »; an empty one where it says only that it was sent
    to many; none where it was not."""
    named = [one for value in headers.raw(letter, "list-id") for one in LIST_ID.findall(value)]
    named += [one for value in headers.raw(letter, "list-post") for one in LIST_POST.findall(value)]
    found = tuple(dict.fromkeys(one.lower().replace("@", ".") for one in named))
    marked = _said(letter, "precedence") in ("bulk", "list", "junk") or any(
        key.lower().startswith("list-") for key, _ in letter.raw_items()
    )
    return found or ("",) if marked else ()


def asks_nobody(letter: Message, subject: str, words: str = "") -> bool:
    """Whether a program wrote it to nobody of ours in particular. Campaigns have a Feedback-ID, but so have some
    people's letters, and what they wrote in a form of another site: those name whom to answer."""
    campaign = bool(_said(letter, "feedback-id")) and all(
        NO_REPLY.match(address) for _, address in headers.addresses(letter, "reply-to", "from")
    )
    return is_automatic(letter, subject, words) or is_returned(letter) or _is_deaf(letter) or campaign


def must_not_be_answered(letter: Message, subject: str) -> bool:
    """Whether a receipt must not be sent: automatic, were it by its subject alone; returned, sent to many, or from an
    address that reads nothing."""
    answered_at = headers.addresses(letter, "reply-to", "from")
    unread = any(NO_REPLY.match(address) for _, address in answered_at)
    away = AWAY.match(subject)  # programs repeat the question that they answer
    by_program = bool(away) or asks_nobody(letter, subject) or bool(sent_to_many(letter))
    return by_program or unread or not answered_at


def _answers_by_itself(letter: Message, subject: str, words: str) -> bool:
    marked = any(_said(letter, name) for name in ("x-autoreply", "x-autorespond", "x-auto-reply-from"))
    away = AWAY.match(subject) and not any(sign in f"{subject} {words}" for sign in ASKS)
    said = _submitted(letter) not in ("", "no", "auto-generated")
    return said or marked or _said(letter, "precedence") == "auto_reply" or bool(away)


def _submitted(letter: Message) -> str:
    return _said(letter, "auto-submitted").partition(";")[0].strip()


def _is_deaf(letter: Message) -> bool:
    suppressed = _said(letter, "x-auto-response-suppress")
    return any(word in suppressed for word in ("all", "oof", "autoreply"))


def _said(letter: Message, name: str) -> str:
    """What the first header of this name says, in small letters; nothing where there is none."""
    return next(headers.raw(letter, name), "").strip().lower()
