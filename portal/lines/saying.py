"""Which line a number is, whether it is open, and what it says."""

from __future__ import annotations

from datetime import datetime

from portal.database import db
from portal.directory.opening import Opening, opening_at
from portal.lines.models import Line

SPOKEN = {"fr": "fr-FR", "en": "en-GB", "ar": "ar-XA"}  # what the network's voices call our languages
HEARD = {"fr": "fr-FR", "en": "en-GB", "ar": "ar-MA"}  # and what its ears call them


def find_line(number: str) -> Line | None:
    """The line with this number, for calls or for texts."""
    either = (Line.number == number) | (Line.text_number == number)
    return db.session.scalar(db.select(Line).where(either))


def sender_of(organization_id: int) -> str:
    """The number that texts to an organization's citizens come from; empty when it has no line."""
    line = db.session.scalar(
        db.select(Line).filter_by(organization_id=organization_id).order_by(Line.id).limit(1)
    )
    return (line.text_number or line.number) if line else ""


def say(line: Line, name: str, language: str, **values: str) -> str:
    """What the line says under this name, in this language or else in French; empty if it says nothing."""
    texts = line.texts.get(name) or {}
    text = str(texts.get(language) or texts.get("fr") or "")
    for placeholder, value in values.items():
        text = text.replace("{" + placeholder + "}", value)
    return text


def opening_of(line: Line, when: datetime, timezone: str) -> Opening:
    """Whether someone answers at this instant, else why not; a line without a schedule is always open."""
    return opening_at(line.schedule, when, timezone) if line.schedule else Opening(open=True)
