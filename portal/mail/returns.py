"""Returned letters (bounces): which letter of ours came back, from whom, for good or not, and why in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from portal.mail import headers

WORDS = {  # enhanced status codes (RFC 3463), by their longest known beginning
    "5.1.1": "cette adresse n’existe pas",
    "5.1.2": "le domaine de cette adresse n’existe pas",
    "5.1.3": "cette adresse est mal écrite",
    "5.1.6": "cette adresse n’existe plus",
    "5.1.10": "cette adresse n’existe pas",
    "5.1": "cette adresse ne convient pas",
    "5.2.1": "cette boîte est fermée",
    "5.2.2": "cette boîte est pleine",
    "4.2.2": "cette boîte est pleine",
    "5.2.3": "le message est trop lourd pour cette boîte",
    "5.3.4": "le message est trop lourd",
    "5.4": "le serveur de cette adresse ne répond pas",
    "4.4": "le serveur de cette adresse ne répond pas",
    "5.7": "le serveur de cette adresse refuse nos messages",
    "4.7": "le serveur de cette adresse refuse nos messages pour l’instant",
}
GONE = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")  # no other letter will arrive there either
MOST_PARTS = 50
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_SMTP_CODE = re.compile(r"\b([45]\d\d)[ -]")
_IN_WORDS = (  # mailers that write no report, in the order in which they are believed
    (
        re.compile(
            r"user unknown|no such user|unknown user|does not exist|n.existe pas|address rejected", re.I
        ),
        "5.1.1",
    ),
    (re.compile(r"mailbox (is )?full|over ?quota|quota exceeded|boîte.{0,20}pleine", re.I), "5.2.2"),
    (re.compile(r"host (or domain name )?not found|domain not found|unrouteable", re.I), "5.1.2"),
    (re.compile(r"spam|blacklist|blocked|policy", re.I), "5.7.1"),
)


@dataclass(frozen=True, slots=True)
class Return:
    """`action`: failed, delayed or delivered. `letters`: the Message-IDs that may be ours, the surest first."""

    action: str
    status: str
    letters: tuple[str, ...]
    formal: bool = True  # a delivery report, and not a mailer's free words

    @property
    def gone(self) -> bool:
        """Whether the address itself is at fault."""
        return self.action == "failed" and self.status in GONE

    @property
    def reason(self) -> str:
        """Why, in words, with the code for whoever must look further."""
        parts = self.status.split(".")
        keys = [".".join(parts[:length]) for length in (3, 2)]
        said = next((WORDS[key] for key in keys if key in WORDS), "le message est revenu")
        return f"{said} ({self.status})" if self.status else said


def read_return(letter: Message, text: str) -> Return | None:
    """What a returned letter says; None if it is no such letter. `text` is what it says to people."""
    reports = [part for part in _parts(letter) if part.get_content_type() == "message/delivery-status"]
    told = [field for report in reports for field in _fields(report)]
    quoted = tuple(dict.fromkeys([*_original_ids(letter), *headers.ids(letter, "in-reply-to", "references")]))
    named = tuple(re.findall(r"<([^<>\s@]{1,200}@[^<>\s@]{1,200})>", text[:20_000]))
    if told:
        action, status = _worst(told)
        return Return(action, status, tuple(dict.fromkeys((*quoted, *named))))
    code = _STATUS.search(text[:20_000])
    guessed = next((status for words, status in _IN_WORDS if words.search(text[:20_000])), "")
    status = code.group(1) if code else guessed
    if not status and not _SMTP_CODE.search(text[:20_000]):
        return None
    action = "delayed" if status.startswith("4") else "failed"
    return Return(action, status, tuple(dict.fromkeys((*quoted, *named))), formal=False)


def _worst(told: list[dict[str, str]]) -> tuple[str, str]:
    """The action and status of the recipient that fared worst; a status is looked for in the diagnostic too."""
    order = {"failed": 0, "delayed": 1, "delivered": 2, "relayed": 3, "expanded": 3}
    worst = min(told, key=lambda one: order.get(one.get("action", "").lower(), 4))
    code = _STATUS.search(worst.get("diagnostic-code", "")) or _STATUS.search(worst.get("status", ""))
    stated = _STATUS.search(worst.get("status", ""))
    vague = stated is None or stated.group(1).endswith(".0.0")
    status = code if vague else stated
    action = worst.get("action", "").lower()
    return (action if action in order else "failed"), (status.group(1) if status else "")


def _fields(report: Message) -> Iterator[dict[str, str]]:
    """The part about each recipient of a delivery report, whichever way the parser understood it."""
    payload = report.get_payload()
    blocks = payload if isinstance(payload, list) else []
    for block in (one for one in blocks if isinstance(one, Message)):
        fields = {name.lower(): " ".join(str(value)[:1000].split()) for name, value in block.raw_items()}
        if "action" in fields or "status" in fields:
            yield fields


def _original_ids(letter: Message) -> Iterator[str]:
    """The Message-ID of the letter that is returned, whole or by its headers."""
    for part in _parts(letter):
        kind = part.get_content_type()
        payload = part.get_payload()
        if (
            kind == "message/rfc822"
            and isinstance(payload, list)
            and payload
            and isinstance(payload[0], Message)
        ):
            found = headers.message_id(payload[0])
        elif kind in ("text/rfc822-headers", "message/rfc822-headers"):
            text = payload if isinstance(payload, str) else "\n".join(str(one) for one in payload or [])
            match = re.search(r"^message-id:\s*<([^<>\s]{1,500})>", text[:50_000], re.I | re.M)
            found = match.group(1) if match else ""
        else:
            continue
        if found:
            yield found


def _parts(letter: Message) -> Iterator[Message]:
    """The parts of the report itself, not those of the letter that it returns."""
    yield letter
    payload = letter.get_payload()
    if isinstance(payload, list):
        yield from (part for part in payload[:MOST_PARTS] if isinstance(part, Message))
