"""The resume card: what is open and what comes next, what was promised, where the last exchange stopped, what was read
and given already, how to speak to them. Composed of what was written down, and no more than a screen of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam
from sqlalchemy.orm import joinedload

from portal import clock
from portal.among import among
from portal.articles.models import ArticleText
from portal.cases import opening
from portal.cases.models import Case, Promise
from portal.citizens import people
from portal.citizens.keeping import live_flags
from portal.citizens.models import Citizen, Flag, Identifier, IdentifierLink
from portal.contacts import answering, noting
from portal.contacts.models import Attachment, Contact, ContactNote, Message, consulted_articles
from portal.database import db, rows
from portal.scripts.models import ScriptPath
from portal.views import kept
from portal.views.console.contact import visits
from portal.views.console.contact.visits import Visited
from portal.views.console.door import me
from portal.views.console.people.parts import parts_of

RECENT = 6  # contacts whose words, files and articles are looked through
MOST_MATTERS, MOST_PROMISES, MOST_OF_EACH = 3, 2, 4
AWAITED = ("first_answer", "resolution")


@dataclass(frozen=True, slots=True)
class Matter:
    """An open case and its next step: a promise, or the clock that comes first; `by` is when it is due."""

    case: Case
    promise: Promise | None = None
    clock: str = ""
    by: datetime | None = None

    @property
    def late(self) -> bool:
        return self.by is not None and self.by < clock.now()


@dataclass(frozen=True, slots=True)
class Known:
    """What the person must not be asked again: where they live, the files they gave, what they answered."""

    commune: str = ""
    files: tuple[str, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()  # what a script asked, what they said


class Said(NamedTuple):
    """What a message says, in or out."""

    contact_id: int
    direction: str
    body: str


@dataclass(frozen=True, slots=True)
class Read:
    """Contacts of a citizen, newest first, what was said last in each and noted beside it, and which parts they and the
    file have."""

    contacts: Sequence[Contact]
    said: Mapping[int, list[Said]]
    notes: Mapping[int, list[ContactNote]]
    parts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Brief:
    """The first lines of a file. `last` is the last contact that ended, `said` its last words, `notes` what colleagues
    noted beside it.

    `visited` is what their codes brought, `sent` which articles they were answered with; `promises` are all that is
    owed, the most urgent first.
    """

    citizen: Citizen
    cases: list[Case]
    promises: list[Promise]
    flags: list[Flag]
    last: Contact | None
    said: Sequence[Said]
    notes: Sequence[ContactNote]
    visited: Visited
    sent: list[str]
    known: Known

    @property
    def matters(self) -> list[Matter]:
        """The latest matters, each with its next step."""
        return [_matter(case, self.promises) for case in self.cases[:MOST_MATTERS]]

    @property
    def other_promises(self) -> list[Promise]:
        """The most urgent of what is owed and is not the next step of a matter shown."""
        told = {matter.promise.id for matter in self.matters if matter.promise}
        return [made for made in self.promises if made.id not in told][:MOST_PROMISES]


def brief(citizen: Citizen, *, beside: Contact | None = None, read: Read | None = None) -> Brief:
    """What to know first, `beside` the contact one is in; `read` is what the page has read of it."""
    read = read or read_latest(citizen)
    before = [one for one in read.contacts[:RECENT] if one is not beside]
    last = next((one for one in before if one.state == "wrapped_up"), before[0] if before else None)
    ids, parts = [one.id for one in before], read.parts
    return Brief(
        citizen=citizen,
        cases=opening.open_cases(citizen.id, by=me(), limit=20) if "cases" in parts else [],
        promises=opening.open_promises(citizen.id, by=me(), limit=20) if "promises" in parts else [],
        flags=live_flags(citizen.id) if "flags" in parts else [],
        last=last,
        said=read.said.get(last.id, []) if last else [],
        notes=read.notes.get(last.id, []) if last else [],
        visited=visits.visited(ids if "codes" in parts else []),
        sent=_sent(ids) if "articles" in parts else [],
        known=_known(citizen, ids, parts),
    )


def read_latest(citizen: Citizen, *, before: int | None = None, limit: int = RECENT) -> Read:
    """A page of the citizen's contacts; `before` is the last one already shown."""
    contacts = answering.timeline(citizen.id, by=me(), before=before, limit=limit)
    ids = [one.id for one in contacts]
    parts = parts_of(people.ids(citizen.id), ids)
    return Read(contacts, last_words(ids) if ids else {}, _notes(ids) if "notes" in parts else {}, parts)


def _notes(contact_ids: Collection[int]) -> dict[int, list[ContactNote]]:
    """What was noted beside each of these contacts, oldest first, in one SELECT."""
    found: dict[int, list[ContactNote]] = {}
    for one in noting.notes_of(contact_ids):
        found.setdefault(one.contact_id, []).append(one)
    return found


def _matter(case: Case, promises: Iterable[Promise]) -> Matter:
    promised = next((made for made in promises if made.case_id == case.id), None)
    awaited = next((one for one in case.clocks if one.kind in AWAITED and one.met_at is None), None)
    if promised and (awaited is None or promised.due_at <= awaited.due_at):
        return Matter(case, promised, by=promised.due_at)
    if awaited is None or awaited.state not in ("running", "missed"):
        return Matter(case)
    return Matter(case, clock=awaited.kind, by=awaited.due_at)


def _sent(contact_ids: Collection[int]) -> list[str]:
    """The titles of the articles that they were answered with, the latest first."""
    used = consulted_articles
    query = db.select(ArticleText.title).join(used, used.c.article_id == ArticleText.article_id)
    query = query.where(used.c.contact_id.in_(contact_ids), ArticleText.language == "fr")
    return list(dict.fromkeys(db.session.scalars(query.order_by(used.c.contact_id.desc()))))[:MOST_OF_EACH]


def _known(citizen: Citizen, contact_ids: Collection[int], parts: Collection[str]) -> Known:
    return Known(
        kept.town_name(citizen.commune) if citizen.commune else "",
        _given(contact_ids) if "files" in parts else (),
        _answered(contact_ids) if "scripts" in parts else (),
    )


def _given(contact_ids: Collection[int]) -> tuple[str, ...]:
    """The files that they sent, the latest first."""
    files = db.select(Attachment.name).join(Message).order_by(Attachment.id.desc()).limit(MOST_OF_EACH)
    files = files.where(Message.contact_id.in_(contact_ids), Message.direction == "in")
    return tuple(dict.fromkeys(db.session.scalars(files)))


def _answered(contact_ids: Collection[int]) -> tuple[tuple[str, str], ...]:
    """What scripts asked them of late, and what they said: the last answer to each question."""
    query = db.select(ScriptPath.steps).where(ScriptPath.contact_id.in_(contact_ids))
    latest = db.session.scalars(query.order_by(ScriptPath.id.desc()).limit(2))
    steps = [step for path in reversed(list(latest)) for step in path]
    said = {str(step.get("asked", "")): str(step.get("answer", "")) for step in steps}
    return tuple((asked, answer) for asked, answer in said.items() if asked and answer)[-MOST_OF_EACH:]


def last_words(contact_ids: Iterable[int], most: int = 3) -> dict[int, list[Said]]:
    """The last messages of each contact, in one SELECT however long the threads are."""
    said: dict[int, list[Said]] = {}
    for row in rows(_last_of_each(), {"contacts": contact_ids, "most": most}):
        said.setdefault(row.contact_id, []).append(Said(*row))
    return said


@cache
def _last_of_each() -> Select[Any]:
    rank = db.func.row_number().over(partition_by=Message.contact_id, order_by=Message.id.desc())
    ranked = db.select(Message.contact_id, Message.direction, Message.body, Message.id, rank.label("rank"))
    spoken = Message.automatic.is_(False)  # a receipt that left by itself answers nothing
    last = ranked.where(among(Message.contact_id, "contacts"), spoken).subquery().c
    query = db.select(last.contact_id, last.direction, last.body)
    return query.where(last.rank <= bindparam("most")).order_by(last.id)


def links_of(citizen: Citizen) -> list[IdentifierLink]:
    """The numbers and addresses linked to this person, each once, the surest first."""
    once: dict[int, IdentifierLink] = {}
    for link in db.session.scalars(_surest_first(), {"files": people.ids(citizen.id)}).unique():
        once.setdefault(link.identifier_id, link)
    return list(once.values())


@cache
def _surest_first() -> Select[IdentifierLink]:
    one = IdentifierLink
    query = db.select(one).where(among(one.citizen_id, "files"))
    query = query.options(joinedload(one.identifier).joinedload(Identifier.consents))
    return query.order_by(one.certainty, one.identifier_id, one.citizen_id)
