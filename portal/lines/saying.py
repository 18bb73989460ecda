"""Which line a number is, whether it is open, and what it says."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, func

from knowledge_base.analysis import fold
from portal.database import db
from portal.directory.hours.opening import Opening, opening_at, relay_gaps
from portal.lines.models import Line


class Relay(NamedTuple):
    """A relay for deaf people: its address, and its hours where they are not the telephone's."""

    url: str
    schedule: dict[str, Any]


SPOKEN = {"fr": "fr-FR", "en": "en-GB", "ar": "ar-XA"}  # what the network's voices call our languages
HEARD = {"fr": "fr-FR", "en": "en-GB", "ar": "ar-MA"}  # and what its ears call them


SENTENCE_ENDS = re.compile(r"(?<=[.!?…؟])\s+")
A_TEXT = ("sms", "texto", "textos", "text", "texts", "رسالة نصية", "رسائل نصية")
TO_US = ("écrivez", "envoyez", "nous écrire", "nous envoyer", "114", "send us", "text us", "أرسلوا", "اكتبوا")
FAREWELLS = ("au revoir", "bonne journée", "bonne soirée", "à bientôt", "goodbye", "مع السلامة", "إلى اللقاء")


def bids_farewell(text: str) -> bool:
    """Whether these words are how a call ends."""
    return _names(text, FAREWELLS)


def without_promise(text: str) -> str:
    """These words without the sentences that promise a text, for whom none may reach: those that speak of one, unless
    it is theirs to send."""
    sentences = SENTENCE_ENDS.split(text.strip())
    return " ".join(one for one in sentences if _names(one, TO_US) or not _names(one, A_TEXT))


def find_line(number: str) -> Line | None:
    """The line with this number, for calls, for texts or for the calls of a machine."""
    return db.session.scalar(_with_number(), {"number": number})


@cache
def _with_number() -> Select[Any]:
    return db.select(Line).where(has_number())


def has_number() -> ColumnElement[bool]:
    """That a line bears the number bound as `number`."""
    number: BindParameter[str] = bindparam("number")
    return (Line.number == number) | (Line.text_number == number) | (Line.automatic_number == number)


def sender_of(organization_id: int) -> str:
    """The number that texts to an organization's citizens come from; empty when it has no line."""
    line = db.session.scalar(
        db.select(Line).filter_by(organization_id=organization_id).order_by(Line.id).limit(1)
    )
    return (line.text_number or line.number) if line else ""


def automatic_caller_of(organization_id: int) -> str:
    """The number that calls placed by a machine come from: the one kept for them, else that of the first line; empty
    when there is no line. Whether the law lets it is `numbers.suits_machines`."""
    number = func.coalesce(Line.automatic_number, Line.number)
    first = (Line.automatic_number.is_(None), Line.id)
    query = db.select(number).where(Line.organization_id == organization_id).order_by(*first).limit(1)
    return db.session.scalar(query) or ""


def say(line: Line, name: str, language: str, **values: str) -> str:
    """What the line says under this name, in this language or else in French; empty if it says nothing."""
    texts = line.texts.get(name) or {}
    text = str(texts.get(language) or texts.get("fr") or "")
    for placeholder, value in values.items():
        text = text.replace("{" + placeholder + "}", value)
    return text


def relay_of(organization_id: int, number: str) -> Relay | None:
    """How deaf people reach who answers this number, or else the organization's first line; None without a relay."""
    first = (Line.number != number, Line.id)
    query = db.select(Line).filter_by(organization_id=organization_id).order_by(*first).limit(1)
    line = db.session.scalar(query)
    if line is None or not line.relay_url:
        return None
    gaps = relay_gaps(line.schedule, line.relay_schedule) if line.schedule else line.relay_schedule
    same = not line.relay_schedule or not gaps
    return Relay(line.relay_url, {} if same else dict(line.relay_schedule))


def opening_of(line: Line, when: datetime, timezone: str) -> Opening:
    """Whether someone answers at this instant, else why not; a line without a schedule is always open."""
    return opening_at(line.schedule, when, timezone) if line.schedule else Opening(open=True)


def _names(text: str, phrases: tuple[str, ...]) -> bool:
    said = f" {_plain(text)} "
    return any(f" {_plain(phrase)} " in said for phrase in phrases)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))
