"""What to know first of a citizen: what is open, where it stopped, what was promised, how to speak to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import joinedload

from portal.cases import opening
from portal.cases.models import Case, Promise
from portal.citizens import people
from portal.citizens.keeping import live_flags
from portal.citizens.models import Citizen, Flag, IdentifierLink
from portal.contacts import answering
from portal.contacts.models import Contact, Message
from portal.database import db
from portal.views.console.door import me


@dataclass(frozen=True, slots=True)
class Brief:
    """The first lines of a file. `last` is the last contact that ended, `said` its last words."""

    citizen: Citizen
    cases: list[Case]
    promises: list[Promise]
    flags: list[Flag]
    last: Contact | None
    said: Sequence[Message]


def brief(citizen: Citizen, *, beside: Contact | None = None) -> Brief:
    """What to know first, `beside` the contact one is in."""
    before = [one for one in answering.timeline(citizen.id, by=me(), limit=6) if one is not beside]
    last = next((one for one in before if one.state == "wrapped_up"), before[0] if before else None)
    return Brief(
        citizen=citizen,
        cases=opening.open_cases(citizen.id, by=me()),
        promises=opening.open_promises(citizen.id, by=me()),
        flags=live_flags(citizen.id),
        last=last,
        said=last_words([last.id]).get(last.id, []) if last else [],
    )


def last_words(contact_ids: Iterable[int], most: int = 3) -> dict[int, list[Message]]:
    """The last messages of each contact, in one SELECT however long the threads are."""
    rank = db.func.row_number().over(partition_by=Message.contact_id, order_by=Message.id.desc())
    ranked = (
        db.select(Message.id, rank.label("rank")).where(Message.contact_id.in_(list(contact_ids))).subquery()
    )
    query = db.select(Message).join(ranked, ranked.c.id == Message.id).where(ranked.c.rank <= most)
    said: dict[int, list[Message]] = {}
    for message in db.session.scalars(query.order_by(Message.id)):
        said.setdefault(message.contact_id, []).append(message)
    return said


def links_of(citizen: Citizen) -> list[IdentifierLink]:
    """The numbers and addresses linked to this person, each once, the surest first."""
    query = db.select(IdentifierLink).where(IdentifierLink.citizen_id.in_(people.ids(citizen.id)))
    query = query.options(joinedload(IdentifierLink.identifier))
    query = query.order_by(IdentifierLink.certainty, IdentifierLink.identifier_id, IdentifierLink.citizen_id)
    once: dict[int, IdentifierLink] = {}
    for link in db.session.scalars(query):
        once.setdefault(link.identifier_id, link)
    return list(once.values())
