"""What a contact, a case or a citizen says, read from the tables: some at a time, a few SELECTs for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.cases.models import Case, Check, Note, Promise, Question, Tag, case_tags
from portal.citizens.models import Citizen
from portal.contacts.models import Attachment, Contact, ContactNote, Envelope, Message
from portal.database import db
from portal.records import words
from portal.records.models import CASE, CITIZEN, CONTACT, record_id

MOST = 3_000  # words of one record: a thread of years may hold more than is worth finding
Texts = dict[int, list[str]]


@dataclass(slots=True)
class Composed:
    """A record to be kept. `said` has its words as they were read; those of a closed one are proposed to nobody."""

    id: int
    at: datetime
    organization_id: int
    terms: set[str]
    said: dict[str, tuple[str, str]]  # folded: as written, term
    closed: bool


def compose(session: Session, kind: int, ids: Collection[int]) -> Iterator[Composed]:
    """The records of those of these that there are."""
    yield from {CONTACT: _contacts, CASE: _cases, CITIZEN: _citizens}[kind](session, sorted(ids))


def _contacts(session: Session, ids: list[int]) -> Iterator[Composed]:
    more = _texts(session, Message.contact_id, Message.body, ids)
    _add(more, _texts(session, ContactNote.contact_id, ContactNote.body, ids))
    for column in (Question.text, Question.answer):
        _add(more, _texts(session, Question.contact_id, column, ids))
    for column, joined in ((Envelope.subject, Envelope), (Attachment.name, Attachment)):
        query = db.select(Message.contact_id, column).join(joined, joined.message_id == Message.id)
        _add(more, _gather(session, query.where(Message.contact_id.in_(ids))))
    query = db.select(
        Contact.id,
        Contact.organization_id,
        Contact.started_at,
        Contact.channel,
        Contact.topic_id,
        Contact.agent_id,
        Contact.subject,
        Contact.note,
        Contact.answer,
        Citizen.protected,
    ).outerjoin(Citizen, Citizen.id == Contact.citizen_id)
    for row in session.execute(query.where(Contact.id.in_(ids))):
        texts = [row.subject, row.note, row.answer, *more[row.id]]
        found = _composed(
            CONTACT, row.id, row.organization_id, row.started_at, *texts, closed=bool(row.protected)
        )
        found.terms.update(words.facets(channel=row.channel, topic=row.topic_id, agent=row.agent_id))
        yield found


def _cases(session: Session, ids: list[int]) -> Iterator[Composed]:
    more = _texts(session, Note.case_id, Note.body, ids)
    _add(more, _texts(session, Check.case_id, Check.text, ids))
    _add(more, _texts(session, Promise.case_id, Promise.text, ids))
    tagged = db.select(case_tags.c.case_id, Tag.name).join(Tag, Tag.id == case_tags.c.tag_id)
    _add(more, _gather(session, tagged.where(case_tags.c.case_id.in_(ids))))
    query = db.select(
        Case.id,
        Case.organization_id,
        Case.opened_at,
        Case.topic_id,
        Case.owner_id,
        Case.reference,
        Case.subject,
        Case.waits_for,
        Citizen.protected,
    ).outerjoin(Citizen, Citizen.id == Case.citizen_id)
    for row in session.execute(query.where(Case.id.in_(ids))):
        texts = [row.subject, row.waits_for, *more[row.id]]
        found = _composed(
            CASE, row.id, row.organization_id, row.opened_at, *texts, closed=bool(row.protected)
        )
        found.terms.update([row.reference.lower(), *words.facets(topic=row.topic_id, agent=row.owner_id)])
        yield found


def _citizens(session: Session, ids: list[int]) -> Iterator[Composed]:
    query = db.select(
        Citizen.id, Citizen.name, Citizen.called, Citizen.know_first, Citizen.created_at, Citizen.protected
    ).where(Citizen.id.in_(ids))
    for row in session.execute(query):
        found = _composed(CITIZEN, row.id, 0, row.created_at, row.know_first, closed=row.protected)
        called = words.names(f"{row.name} {row.called}")
        # beginnings of words are asked for: none is freed of its ending
        found.terms.update(called, found.said)
        found.said = {name: (name, name) for name in called}  # what to know first is proposed to nobody
        yield found


def _composed(
    kind: int, subject_id: int, organization_id: int, at: datetime, *texts: str, closed: bool
) -> Composed:
    said = {part: (raw, term) for text in texts for raw, part, term in words.read(text)}
    terms = {term for _, term in list(said.values())[:MOST]} | set(words.marks(kind, organization_id, at))
    return Composed(record_id(kind, subject_id), at, organization_id, terms, said, closed)


def _texts(
    session: Session, owner: InstrumentedAttribute[Any], text: InstrumentedAttribute[str], ids: list[int]
) -> Texts:
    return _gather(session, db.select(owner, text).where(owner.in_(ids)))


def _gather(session: Session, query: Any) -> Texts:
    found: Texts = defaultdict(list)
    for owner_id, text in session.execute(query):
        found[owner_id].append(text)
    return found


def _add(texts: Texts, more: Texts) -> None:
    for owner_id, some in more.items():
        texts[owner_id] += some
