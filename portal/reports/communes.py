"""By commune, without telling of anybody: where fewer than five persons came from is shown with others only."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Select

from portal.citizens.models import Citizen
from portal.contacts.models import Contact
from portal.database import db
from portal.directory.finding import communes as towns
from portal.reports import coming_back, days, figures
from portal.reports.figures import Asked, Sums
from portal.reports.models import NONE, Tally

FEWEST = 5
SURELY = 1000  # contacts, surely not of so few: their persons are not counted, which would read them all
NAMED = 500  # keys that a query names; more, in a country's thirty thousand communes, cost less counted with the rest
PERSON = db.func.coalesce(coming_back.head_of(), -Contact.identifier_id)
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
    counted, former = as_now(figures.by(asked, Tally.commune))
    unknown = counted.pop("", None)
    own = db.case(former, value=LIVES_IN, else_=LIVES_IN) if former else LIVES_IN
    hidden = to_hide(persons_by(asked, own, counted))
    found = [Share(code, sums) for code, sums in counted.items() if code not in hidden]
    if hidden:
        found.append(Share("", _together(counted, hidden), len(hidden)))
    return [*found, Share("", unknown)] if unknown else found


def as_now(counted: dict[str, Sums]) -> tuple[dict[str, Sums], dict[str, str]]:
    """What was counted, a commune that was kept under a former code being one with its own; and which code each of the
    former ones is now."""
    known = towns.towns(counted)
    former = {code: town.code for code, town in known.items() if town.code != code}
    if not former:
        return counted, former
    same: dict[str, list[str]] = defaultdict(list)
    for code in counted:
        same[former.get(code, code)].append(code)
    return figures.most_first({code: _together(counted, codes) for code, codes in same.items()}), former


def told_apart(asked: Asked, *columns: Any) -> list[list[tuple[Any, Sums]]]:
    """The period by each of these: channel, queue, topic. In one commune, what fewer than five persons came for or by
    is told together, under no key."""
    counted = figures.by_each(asked, *columns)
    if not asked.commune:
        return [list(sums.items()) for sums in counted]
    persons = _persons_by_each(asked, columns, counted)
    return [_told(sums, to_hide(some)) for sums, some in zip(counted, persons, strict=True)]


def _told(counted: dict[Any, Sums], hidden: set[Any]) -> list[tuple[Any, Sums]]:
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
    doubtful = _doubtful(counted)
    such = own.in_(doubtful) if len(doubtful) <= NAMED else db.true()
    query = _contacts_of_persons(asked, own, db.func.count(db.distinct(PERSON))).where(such).group_by(own)
    return _decided(counted, dict(list(db.session.execute(query))) if doubtful else {})


def _persons_by_each(
    asked: Asked, columns: Sequence[Any], counted: list[dict[Any, Sums]]
) -> list[dict[Any, int]]:
    """The same of several things in one commune, whose contacts are read but once: no index leads to them."""
    own = [_own(column) for column in columns]
    doubtful = [column.in_(_doubtful(sums)) for column, sums in zip(own, counted, strict=True)]
    query = _contacts_of_persons(asked, *own, PERSON).where(db.or_(*doubtful), PERSON.is_not(None)).distinct()
    persons: list[dict[Any, set[int]]] = [defaultdict(set) for _ in own]
    for *keys, person in db.session.execute(query):
        for key, known in zip(keys, persons, strict=True):
            known[key].add(person)
    return [
        _decided(sums, {key: len(some) for key, some in known.items()})
        for sums, known in zip(counted, persons, strict=True)
    ]


def _own(column: Any) -> Any:
    """What a contact has, where its tally has `column`."""
    own = getattr(Contact, column.key)
    return own if column is Tally.channel else db.func.coalesce(own, NONE)


def _doubtful(counted: Mapping[Key, Sums]) -> list[Key]:
    return [key for key, sums in counted.items() if FEWEST <= sums["contacts"] < SURELY]


def _decided(counted: Mapping[Key, Sums], persons: Mapping[Key, int]) -> dict[Key, int]:
    """The persons of each key: as its contacts tell, or in doubt as they were counted."""
    contacts = {key: sums["contacts"] for key, sums in counted.items()}
    return {
        key: n if n >= SURELY else persons.get(key, 0) if n >= FEWEST else 0 for key, n in contacts.items()
    }


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
    ):
        if value:
            wanted.append(column == value)
    if asked.commune:
        wanted.append(LIVES_IN.in_(towns.codes_of(asked.commune)))
    return wanted


def _contacts_of_persons(asked: Asked, *columns: Any) -> Select[Any]:
    query = db.select(*columns).select_from(Contact).outerjoin(Citizen, Citizen.id == Contact.citizen_id)
    return query.where(*contacts_of(asked))


def _together(counted: Mapping[Any, Sums], hidden: Iterable[Any]) -> Sums:
    together: Counter[str] = Counter()
    for key in hidden:
        together.update(counted[key].numbers)
    return Sums(together)
