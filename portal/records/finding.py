"""Finding contacts, cases and citizens by what they say. The records propose, the tables decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from portal import clock
from portal.citizens import people
from portal.citizens.models import Citizen
from portal.contacts.models import CHANNELS
from portal.history import Person
from portal.records import deciding, words
from portal.records.asking import BEGINNING, Place, Query, propose
from portal.records.models import CASE, CITIZEN, CONTACT

__all__ = ["CHANNELS"]
A_PAGE, A_FEW = 20, 5
MOST_TERMS = 8
MOST_ROUNDS = 12  # of records proposed that the reader may not see, before the list is left as it is
USUAL = timedelta(days=365)
SHORTEST_NAME = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for; `since` and `until` are None where they were not said."""

    text: str
    channel: str = ""
    topic_id: int | None = None
    mine: bool = False
    since: datetime | None = None
    until: datetime | None = None
    everything: bool = False  # not the last twelve months only

    @property
    def narrows(self) -> bool:
        """Whether something is asked that a person has not."""
        return bool(self.channel or self.topic_id or self.mine)


@dataclass(slots=True)
class Page:
    """Some of what was found; `next` is where the list goes on, if it does."""

    rows: list[Any] = field(default_factory=list)
    next: Place | None = None


def find_contacts(asked: Asked, *, by: Person, after: Place | None = None, limit: int = A_PAGE) -> Page:
    """Contacts of the reader's organization that say all of it, newest first."""
    narrowed: dict[str, Any] = {"channel": asked.channel, "topic_id": asked.topic_id}
    narrowed["agent_id"] = by.id if asked.mine else None
    narrowed = {name: value for name, value in narrowed.items() if value}
    query = _query(CONTACT, asked, by)
    return _page(query, lambda ids: deciding.contacts(ids, by=by, narrowed=narrowed), after, limit)


def find_cases(asked: Asked, *, by: Person, after: Place | None = None, limit: int = A_PAGE) -> Page:
    """As for contacts; a case has no channel."""
    if asked.channel:
        return Page()
    narrowed: dict[str, Any] = {"topic_id": asked.topic_id, "owner_id": by.id if asked.mine else None}
    narrowed = {name: value for name, value in narrowed.items() if value}
    query = _query(CASE, asked, by)
    return _page(query, lambda ids: deciding.cases(ids, by=by, narrowed=narrowed), after, limit)


def find_citizens(text: str, *, by: Person, limit: int = A_PAGE) -> list[Citizen]:
    """People of whose name, or of what is to be known first, each word typed begins a word; each person once.

    The latest files are looked through as they stand: whoever was just added is found.
    """
    terms = tuple(name for name in words.names(text) if len(name) >= SHORTEST_NAME)[:MOST_TERMS]
    if not terms:
        return []
    query = Query(CITIZEN, 0, terms, BEGINNING, clock.now())
    page = _page(query, lambda ids: deciding.citizens(ids, terms, by=by), None, limit)
    found = people.heads([*deciding.latest_citizens(terms, by=by), *page.rows])
    return sorted(found, key=lambda one: (one.name_key, one.id))[:limit]


def anything(asked: Asked, text: str, *, by: Person) -> bool:
    """Whether `text` asked the same way finds something that the reader may see."""
    mended = replace(asked, text=text)
    if find_contacts(mended, by=by, limit=1).rows or find_cases(mended, by=by, limit=1).rows:
        return True
    named = [] if asked.narrows else find_citizens(text, by=by, limit=A_FEW)
    return any(by.may_open_protected or not people.is_protected(one) for one in named)


def nothing_but(text: str) -> bool:
    """Whether what was typed only holds sentences together: nothing is found by that."""
    return not words.terms(text)


def _query(kind: int, asked: Asked, by: Person) -> Query:
    now = clock.now()
    since = asked.since or (BEGINNING if asked.everything else now - USUAL)
    terms = tuple(words.terms(asked.text)[:MOST_TERMS])
    narrowed = words.facets(channel=asked.channel, topic=asked.topic_id, agent=by.id if asked.mine else None)
    return Query(kind, by.organization_id, terms, since, asked.until or now, tuple(narrowed))


def _page(
    query: Query, decide: Callable[[list[int]], dict[int, Any]], after: Place | None, limit: int
) -> Page:
    shown: list[Place] = []
    page = Page()
    for rounds, proposed in enumerate(propose(query, after) if query.terms else ()):
        if rounds == MOST_ROUNDS:
            return replace(page, next=proposed[0])
        seen = decide([place.id // 4 for place in proposed])
        for place in (one for one in proposed if one.id // 4 in seen):
            if len(shown) == limit:
                return replace(page, next=shown[-1])
            shown.append(place)
            page.rows.append(seen[place.id // 4])
    return page
