"""The passage of a contact or of a case where what was looked for stands, and which of its words those are."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from knowledge_base.highlight import Parts, marked
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
    messages = db.select(Message.contact_id, Message.direction, Message.body).order_by(Message.id)
    _add(said, db.session.execute(messages.where(Message.contact_id.in_(said))))
    for where, column in (("question", Question.text), ("answer", Question.answer)):
        query = db.select(Question.contact_id, db.literal(where), column)
        _add(said, db.session.execute(query.where(Question.contact_id.in_(said))))
    return _best(said, terms)


def of_cases(cases: Collection[Case], terms: Collection[str]) -> dict[int, Passage]:
    """The best passage of each."""
    said: Said = {one.id: [("subject", one.subject), ("subject", one.waits_for)] for one in cases}
    for where, owner, column in (
        ("note", Note.case_id, Note.body),
        ("check", Check.case_id, Check.text),
        ("promise", Promise.case_id, Promise.text),
    ):
        query = db.select(owner, db.literal(where), column)
        _add(said, db.session.execute(query.where(owner.in_(said))))
    return _best(said, terms)


def _add(said: Said, rows: Iterable[tuple[int, str, str]]) -> None:
    for owner_id, where, text in rows:
        said[owner_id].append((where, text))


def _best(said: Said, terms: Collection[str]) -> dict[int, Passage]:
    wanted = frozenset(terms)
    found = {}
    for owner_id, texts in said.items():
        where, text = max(texts, key=lambda one: len(wanted.intersection(words.terms(one[1]))))
        found[owner_id] = Passage(where, passage(text, wanted))
    return found


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
