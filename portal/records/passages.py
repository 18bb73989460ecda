"""The passage of a contact or of a case where what was looked for stands, and which of its words those are."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Executable

from knowledge_base.highlight import Parts, marked
from portal.among import among
from portal.cases.models import Case, Check, Note, Promise, Question
from portal.contacts.models import Contact, Message
from portal.database import db
from portal.records import words

BEFORE, LONGEST = 70, 220  # letters of a passage before the first word found, and in all

Said = dict[int, list[tuple[str, str]]]  # where it stands, text


@dataclass(frozen=True, slots=True)
class Passage:
    """`where`: subject, note, answer, in, out, question, check, promise."""

    where: str
    parts: Parts


def of_contacts(contacts: Collection[Contact], terms: Collection[str]) -> dict[int, Passage]:
    """The best passage of each."""
    said: Said = {
        one.id: [("subject", one.subject), ("note", one.note), ("answer", one.answer)] for one in contacts
    }
    _add(said, _of_contacts())
    return _best(said, terms)


def of_cases(cases: Collection[Case], terms: Collection[str]) -> dict[int, Passage]:
    """The best passage of each."""
    said: Said = {one.id: [("subject", one.subject), ("subject", one.waits_for)] for one in cases}
    _add(said, _of_cases())
    return _best(said, terms)


@cache
def _of_contacts() -> Executable:
    return _texts(
        (Message.direction, Message.contact_id, Message.id, Message.body),
        (db.literal("question"), Question.contact_id, Question.id, Question.text),
        (db.literal("answer"), Question.contact_id, Question.id, Question.answer),
    )


@cache
def _of_cases() -> Executable:
    return _texts(
        (db.literal("note"), Note.case_id, Note.id, Note.body),
        (db.literal("check"), Check.case_id, Check.id, Check.text),
        (db.literal("promise"), Promise.case_id, Promise.id, Promise.text),
    )


def _texts(*kinds: tuple[Any, Any, Any, Any]) -> Executable:
    """All the texts of these owners in one question, which is made once a process: of each kind, oldest first."""
    each = [
        db.select(
            owner.label("owner"), where.label("place"), text.label("text"), db.literal(kind), number
        ).where(among(owner, "owners"))
        for kind, (where, owner, number, text) in enumerate(kinds)
    ]
    return db.union_all(*each).order_by(db.text("4"), db.text("5"))


def _add(said: Said, texts: Executable) -> None:
    for owner_id, where, text, *_order in db.session.execute(texts, {"owners": said}):
        said[owner_id].append((where, text))


def _best(said: Said, terms: Collection[str]) -> dict[int, Passage]:
    wanted = frozenset(terms)
    return {
        owner_id: Passage(where, passage(text, wanted)) for owner_id, (where, text) in _each(said, wanted)
    }


def _each(said: Said, wanted: frozenset[str]) -> Iterator[tuple[int, tuple[str, str]]]:
    """The text of each that holds most of these words. Reading one costs more than all else: whichever holds them all
    is the last that is read."""
    for owner_id, texts in said.items():
        best, most = texts[0], -1
        for one in texts:
            held = len(wanted.intersection(words.terms(one[1])))
            if held > most:
                best, most = one, held
            if most == len(wanted):
                break
        yield owner_id, best


def passage(text: str, terms: frozenset[str]) -> Parts:
    """The piece of `text` that begins a little before the first of these words."""
    line = " ".join(text.split())
    language = "ar" if words.is_arabic(line) else "fr"
    parts = marked(line, terms, language)
    place = len(parts[0][0]) if len(parts) > 1 and not parts[0][1] else 0
    start = line.rfind(" ", 0, place - BEFORE) + 1 if place > BEFORE else 0
    cut = line[start : start + LONGEST]
    if start + LONGEST < len(line):
        cut = cut.rsplit(" ", 1)[0] + " …"
    return marked(("… " if start else "") + cut, terms, language)
