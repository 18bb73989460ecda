"""Who came back for the same matter: the same person on the same topic within seven days, by whatever channel.

A person is a citizen with the files merged into theirs; else the number or address that the contact came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select

from portal.citizens.models import Citizen
from portal.contacts.models import Contact
from portal.database import db

WEEK = timedelta(days=7)
AT_ONCE = 300  # persons looked for in one SELECT
NOBODYS = "wrong_number"  # a contact that was not meant for us is nobody's matter

Person = tuple[str, int]
Moment = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Around:
    """The contacts of each person on each topic, in the order in which they began."""

    moments: dict[tuple[Person, int], list[Moment]]

    def before(self, person: Person, topic_id: int, moment: Moment) -> bool:
        """Whether the person had come for this in the seven days before."""
        since = moment[0] - WEEK
        return any(since <= one[0] and one < moment for one in self.moments.get((person, topic_id), ()))

    def after(self, person: Person, topic_id: int, moment: Moment) -> bool:
        """Whether the person came for this again in the seven days after."""
        until = moment[0] + WEEK
        return any(one[0] <= until and moment < one for one in self.moments.get((person, topic_id), ()))


def person_of(head_id: int | None, identifier_id: int | None) -> Person | None:
    """Whose contact it is, as far as is known; `head_id` is the citizen's, or that of the file theirs is read in."""
    if head_id is not None:
        return "citizen", head_id
    return ("identifier", identifier_id) if identifier_id is not None else None


def head_of() -> Any:
    """The file that a citizen is read in, as a column."""
    return db.func.coalesce(Citizen.person_id, Citizen.id)


def around(organization_id: int, people: Iterable[Person], begins: datetime, ends: datetime) -> Around:
    """What these people came for between seven days before and seven days after."""
    wanted = set(people)
    moments: dict[tuple[Person, int], list[Moment]] = {}
    for kind in ("citizen", "identifier"):
        numbers = sorted(number for of, number in wanted if of == kind)
        for n in range(0, len(numbers), AT_ONCE):
            query = _contacts(kind, numbers[n : n + AT_ONCE]).where(
                Contact.organization_id == organization_id,
                Contact.started_at >= begins - WEEK,
                Contact.started_at <= ends + WEEK,
            )
            for number, topic_id, started, contact_id in db.session.execute(query):
                moments.setdefault(((kind, number), topic_id), []).append((started, contact_id))
    return Around(moments)


def _contacts(kind: str, numbers: Sequence[int]) -> Select[Any]:
    head = head_of()
    owner = head if kind == "citizen" else Contact.identifier_id
    query = db.select(owner, Contact.topic_id, Contact.started_at, Contact.id)
    query = query.where(
        Contact.topic_id.is_not(None), Contact.direction == "in", Contact.disposition != NOBODYS
    )
    if kind == "identifier":
        return query.where(Contact.citizen_id.is_(None), Contact.identifier_id.in_(numbers))
    family = db.select(Citizen.id).where(Citizen.id.in_(numbers) | Citizen.person_id.in_(numbers))
    return query.join(Citizen, Citizen.id == Contact.citizen_id).where(Contact.citizen_id.in_(family))
