"""By commune, without telling of anybody: where fewer than five persons came from is shown with others only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from portal.citizens.models import Citizen
from portal.contacts.models import Contact
from portal.database import db
from portal.reports import coming_back, days, figures
from portal.reports.figures import Asked, Sums
from portal.reports.models import NONE, Tally

FEWEST = 5
SURELY = 1000  # contacts, surely not of so few: their persons are not counted, which would read them all
LIVES_IN = db.func.coalesce(db.func.nullif(Contact.commune, ""), Citizen.commune, "")

Key = TypeVar("Key", int, str)


@dataclass(frozen=True, slots=True)
class Share:
    """`commune` is empty for what is not known; `others` how many communes are told together."""

    commune: str
    sums: Sums
    others: int = 0


def by_commune(asked: Asked) -> list[Share]:
    """The communes told apart, then the others together, then those who did not say."""
    counted = figures.by(asked, Tally.commune)
    unknown = counted.pop("", None)
    hidden = to_hide(persons_by(asked, LIVES_IN, counted))
    found = [Share(code, sums) for code, sums in counted.items() if code not in hidden]
    if hidden:
        found.append(Share("", _together(counted, hidden), len(hidden)))
    return [*found, Share("", unknown)] if unknown else found


def told_apart(asked: Asked, column: Any) -> list[tuple[Any, Sums]]:
    """The period by channel, queue or topic. In one commune, what fewer than five persons came for or by is told
    together, under no key."""
    counted = figures.by(asked, column)
    if not asked.commune:
        return list(counted.items())
    own = getattr(Contact, column.key)
    own = own if column is Tally.channel else db.func.coalesce(own, NONE)
    hidden = to_hide(persons_by(asked, own, counted))
    found = [(key, sums) for key, sums in counted.items() if key not in hidden]
    return [*found, (None, _together(counted, hidden))] if hidden else found


def to_hide(persons: dict[Key, int]) -> set[Key]:
    """The communes not to be told apart: those of fewer than five persons; and, where the rest would give them away by
    subtraction, the next smallest."""
    smallest = sorted(persons, key=lambda code: (persons[code], code))
    hidden = [code for code in smallest if persons[code] < FEWEST]
    if not hidden:
        return set()
    rest = smallest[len(hidden) :]
    while rest and (len(hidden) < 2 or sum(persons[code] for code in hidden) < FEWEST):
        hidden.append(rest.pop(0))
    return set(hidden)


def persons_by(asked: Asked, own: Any, counted: Mapping[Key, Sums]) -> dict[Key, int]:
    """How many persons came under each key, which `own` tells of a contact; a contact of nobody known is nobody.

    Fewer than `FEWEST` contacts are counted as nobody's, and from `SURELY` on as so many persons: they decide already.
    """
    contacts = {key: sums["contacts"] for key, sums in counted.items()}
    doubtful = [key for key, count in contacts.items() if FEWEST <= count < SURELY]
    persons = _persons(asked, own, own.in_(doubtful)) if doubtful else {}
    return {key: n if n >= SURELY else persons.get(key, 0) for key, n in contacts.items()}


def contacts_of(asked: Asked) -> list[Any]:
    """The contacts of what was asked, joined with whose they are."""
    wanted = [
        Contact.organization_id == asked.scope.organization_id,
        Contact.started_at >= days.begins(asked.first, asked.timezone),
        Contact.started_at < days.bounds(asked.last, asked.timezone)[1],
        asked.scope.queues(Contact.queue_id),
    ]
    for column, value in (
        (Contact.channel, asked.channel),
        (Contact.topic_id, asked.topic_id),
        (Contact.queue_id, asked.queue_id),
        (LIVES_IN, asked.commune),
    ):
        if value:
            wanted.append(column == value)
    return wanted


def _persons(asked: Asked, key: Any, such: Any) -> dict[Any, int]:
    person = db.func.coalesce(coming_back.head_of(), -Contact.identifier_id)
    query = db.select(key, db.func.count(db.distinct(person)))
    query = query.select_from(Contact).outerjoin(Citizen, Citizen.id == Contact.citizen_id)
    rows: list[Any] = list(db.session.execute(query.where(*contacts_of(asked), such).group_by(key)))
    return dict(rows)


def _together(counted: Mapping[Any, Sums], hidden: Iterable[Any]) -> Sums:
    together: Counter[str] = Counter()
    for key in hidden:
        together.update(counted[key].numbers)
    return Sums(together)
