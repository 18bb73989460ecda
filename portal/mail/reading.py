"""A letter's bytes, read: who, to whom, what, with which files. Whatever a sender sends, this returns or says no.

Python's own library does the parsing; what it is known to raise on hostile letters is caught where it is asked, and
what it takes the square of is cut short. Nothing is ever fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.message import Message
from email.policy import EmailPolicy
from email.utils import collapse_rfc2231_value

from portal.mail import automatic, folding, headers, html, tnef
from portal.mail.returns import Return, read_return

MOST_PARTS, MOST_NESTED, DEEPEST = 300, 100, 40
LONGEST_TEXT = 100_000  # characters shown; a longer letter is also kept whole, as a file
LARGEST = 40 * 1024 * 1024
_SUBJECT_MARKS = re.compile(r"^\s*((re|ref|réf|fw|fwd|tr|wg|aw|رد|إعادة توجيه)\s*(\[\d+\])?\s*:\s*)+", re.I)
_NESTING = re.compile(rb"(?im)^content-type:\s*(?:multipart|message)/")
_FILE_NAME = re.compile(r"filename\s*=\s*\"?([^\";]{1,300})", re.I)
_UNTYPED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
_BRACKETED = re.compile(r"\s*\[[2-9A-Z]{4}-?[2-9A-Z]{4}-?[2-9A-Z]{2}\]\s*")


class Unreadable(Exception):
    """These bytes are no letter that can be read: they are kept as they are, for a person to look at."""


@dataclass(frozen=True, slots=True)
class File:
    """A file in a letter, as its sender named it."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class ReadLetter:
    """What a letter says. `thread` names the letters it answers, by their Message-IDs, the nearest first."""

    sender: str
    name: str
    recipients: tuple[str, ...]
    subject: str
    header_id: str
    thread: tuple[str, ...]
    words: folding.Folded
    files: tuple[File, ...] = ()
    automatic: bool = False  # no person wrote it
    answerable: bool = True  # a receipt may be sent
    asks_nobody: bool = False  # a program sent it, to us as to others
    written_for: str = ""  # whom a form says to answer
    lists: tuple[str, ...] = ()  # names of the list that it came through; an empty one where it has none
    returned: Return | None = None

    @property
    def bare_subject(self) -> str:
        """The subject without Re:, Tr: and our reference: the same all along an exchange."""
        return bare(self.subject)


def bare(subject: str) -> str:
    """A subject without what answering and passing on add to it."""
    return _BRACKETED.sub(" ", _SUBJECT_MARKS.sub("", subject)).strip()[:200]


class Bounded(EmailPolicy):
    """The library's own way of reading, of headers cut short: nobody writes longer ones, and some readers never end."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[: headers.LONGEST]


def parse(raw: bytes) -> Message:
    """The letter's parts. Raises `Unreadable`."""
    if len(_NESTING.findall(raw)) > MOST_NESTED:
        raise Unreadable("too many parts within parts")
    try:
        return message_from_bytes(raw, policy=Bounded())
    except Exception as error:  # what the library raises on hostile letters is no closed list
        raise Unreadable(type(error).__name__) from error


def read_letter(raw: bytes) -> ReadLetter:
    """The letter in these bytes. Raises `Unreadable`."""
    letter = parse(raw)
    try:
        return _read(letter)
    except Exception as error:
        raise Unreadable(type(error).__name__) from error


def _read(letter: Message) -> ReadLetter:
    own, passed_on, files = _contents(letter)
    sender = (headers.addresses(letter, "from") or [("", "")])[0]
    subject = headers.text(letter, "subject")[:500]
    words = folding.fold(own[:LONGEST_TEXT])
    from_mail = automatic.is_returned(letter) or letter.get_content_type() == "multipart/report"
    return ReadLetter(
        sender=sender[1],
        name=sender[0],
        recipients=_recipients(letter),
        subject=subject,
        header_id=headers.message_id(letter),
        thread=tuple(headers.ids(letter, "references", "in-reply-to")),
        words=_with(words, passed_on),
        files=tuple(files),
        automatic=automatic.is_automatic(letter, subject, words.new),
        answerable=not automatic.must_not_be_answered(letter, subject),
        asks_nobody=automatic.asks_nobody(letter, subject, words.new),
        written_for=automatic.written_for(letter, subject, words.new),
        lists=automatic.sent_to_many(letter),
        returned=read_return(letter, _both(own, passed_on)) if from_mail else None,
    )


def _with(words: folding.Folded, passed_on: str) -> folding.Folded:
    """With what the letters passed on say: their words are neither the signature nor a quotation of this one."""
    return replace(words, new=_both(words.new, passed_on)[:LONGEST_TEXT]) if passed_on else words


def _both(own: str, passed_on: str) -> str:
    return "\n\n".join(filter(None, (own, passed_on)))


def _recipients(letter: Message) -> tuple[str, ...]:
    """Whom it was delivered to, the surest first."""
    names = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")
    return tuple(dict.fromkeys(address for _, address in headers.addresses(letter, *names)))[:50]


def _contents(letter: Message) -> tuple[str, str, list[File]]:
    """The words of a letter, those of the letters passed on whole in it, each under who wrote it, and the files."""
    words: dict[Message, tuple[list[str], list[str]]] = {}
    files: list[File] = []
    for part, of in _leaves(letter):
        kind, name = part.get_content_type(), _file_name(part)
        plain, pages = words.setdefault(of, ([], []))
        shown = kind in ("text/plain", "text/html") and not name and _disposition(part) != "attachment"
        if shown:
            (plain if kind == "text/plain" else pages).append(_text(part))
        elif kind in tnef.KINDS or name.lower() == tnef.NAME:
            files += [File(*one) for one in tnef.unpacked(_bytes(part), name or tnef.NAME)]
        elif kind not in ("message/delivery-status", "text/rfc822-headers", *_SIGNATURES):
            files.append(File(name or _unnamed(part), _bytes(part)))
    own = _clean(_said(letter, *words.pop(letter, ([], [])), passed_on=False))
    said = (_said(of, *found, passed_on=True) for of, found in words.items())
    passed_on = _clean("\n\n".join(filter(None, said)))
    if len(own) + len(passed_on) > LONGEST_TEXT:
        files.append(File("lettre-entière.txt", _both(own, passed_on).encode()))
    return own, passed_on, [file for file in files if file.data]


def _said(of: Message, plain: list[str], pages: list[str], *, passed_on: bool) -> str:
    """What a letter says: its plain text where it has one, else its page."""
    written = "\n".join(text for text in plain if text.strip())
    text = written or "\n".join(html.to_text(page) for page in pages)
    if not passed_on or not text.strip():
        return text
    who = ", ".join(filter(None, (headers.addresses(of, "from") or [("", "")])[0]))
    return f"[Message joint : {who} – {headers.text(of, 'subject')[:200]}]\n{text}"


def _leaves(letter: Message) -> Iterator[tuple[Message, Message]]:
    """The parts that hold something, in their order, each with its letter: this one, or one passed on whole in it."""
    waiting: list[tuple[Message, Message, int]] = [(letter, letter, 0)]
    seen = 0
    while waiting and seen < MOST_PARTS:
        part, of, depth = waiting.pop()
        seen += 1
        payload = part.get_payload()
        if isinstance(payload, list) and depth < DEEPEST:
            inside = [one for one in reversed(payload) if isinstance(one, Message)]
            whole = part.get_content_type() == "message/rfc822"
            waiting.extend((one, one if whole else of, depth + 1) for one in inside)
        elif not isinstance(payload, list):
            yield part, of


def _disposition(part: Message) -> str:
    return next(headers.raw(part, "content-disposition"), "").partition(";")[0].strip().lower()


def _file_name(part: Message) -> str:
    """The name that the sender gave to a part, in whichever of the ways that exist."""
    try:
        given = part.get_param("filename", None, "content-disposition") or part.get_param("name", None)
        name = headers.readable(headers.decoded(collapse_rfc2231_value(given)))[:300] if given else ""
    except Exception:  # a parameter that cannot be read is no name
        name = ""
    if not any(c.isalnum() for c in name):  # written against the rules: as it stands
        found = _FILE_NAME.search(next(headers.raw(part, "content-disposition"), ""))
        name = headers.readable(found.group(1))[:300] if found else ""
    return name


def _unnamed(part: Message) -> str:
    if part.get_content_type() == "text/calendar":
        return "invitation"
    return "image" if part.get_content_maintype() == "image" else "pièce"


def _bytes(part: Message) -> bytes:
    try:
        found = part.get_payload(decode=True)
    except Exception:  # not what its encoding says: as it came
        found = None
    if isinstance(found, bytes):
        return found
    return str(part.get_payload()).encode("utf-8", "surrogateescape")


def _text(part: Message) -> str:
    """The words of a part. A charset that is not the right one is guessed again."""
    data = _bytes(part)
    try:
        stated = str(part.get_content_charset() or "utf-8")
    except Exception:
        stated = "utf-8"
    for charset in (stated, "utf-8", "cp1252"):
        try:
            return data.decode(charset)
        except (LookupError, UnicodeError, ValueError):
            continue
    return data.decode("latin-1")


def _clean(text: str) -> str:
    """Text without what no person types: NUL, lone surrogates, other controls."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\x85", "\n")
    return _UNTYPED.sub("", text)
