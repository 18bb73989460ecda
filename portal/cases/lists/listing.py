"""Lists of cases: walked by an index from where the last page ended, on either engine.

The nearest thing due is not kept on the case, where it could be wrong: the list walks what is due, by clocks and by
promises, each in the order of its own index, and takes the nearer. A case that nothing is due of comes last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, literal_column, null, or_
from sqlalchemy.orm import aliased, selectinload

from portal import clock
from portal.cases.lists.filters import Filters, Stretch, stretch
from portal.cases.models import Case, Clock, Promise, case_tags
from portal.citizens.models import Citizen
from portal.contacts.models import Contact
from portal.database import db
from portal.errors import N_, NotYours
from portal.history import Event, Person
from portal.staff.models import team_members

A_PAGE = 50
MOST_AT_ONCE = 500  # cases that one change may be of
READERS = ("agent", "supervisor")
UNDATED = "-"
Conditions = list[ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Page:
    """Some cases, in order; `after` is where the next page begins, empty on the last."""

    cases: list[Case]
    after: str


def listing(
    sought: Filters, sort: str, *, by: Person, until: datetime, after: str = "", limit: int = A_PAGE
) -> Page:
    """The cases of the reader's organization that are looked for, from `after` on. `until` ends the reader's day."""
    if by.role not in READERS:
        raise NotYours(N_("Votre rôle n’ouvre pas les affaires des citoyens."))
    where = conditions(sought, by, until)
    if sort == "due":
        within = stretch(sought.due, clock.now(), until)
        look = Look(where, by.organization_id, sources(sought.by), within, bool(sought.due or sought.by))
        keys = _walk_due(look, after, limit + 1)
    else:
        keys = _walk_key(sort, where, after, limit + 1)
    shown = keys[:limit]
    return Page(_cases([case_id for case_id, _ in shown]), shown[-1][1] if len(keys) > limit else "")


def conditions(sought: Filters, by: Person, until: datetime) -> Conditions:
    """What a case must be to be listed. Whoever may not know a protected person does not find them by words."""
    found: Conditions = [Case.organization_id == by.organization_id, *_whose(sought, by), *_state(sought)]
    columns = {"nature": Case.nature, "priority": Case.priority}
    keys = {"topic": Case.topic_id, "owner": Case.owner_id, "team": Case.team_id}
    found += [column == getattr(sought, name) for name, column in columns.items() if getattr(sought, name)]
    found += [column == int(getattr(sought, name)) for name, column in keys.items() if getattr(sought, name)]
    if sought.tag:
        tagged = db.select(case_tags.c.case_id).where(case_tags.c.tag_id == int(sought.tag))
        found.append(Case.id.in_(tagged))
    if sought.due or sought.by:
        within = stretch(sought.due, clock.now(), until)
        found.append(or_(*(source.exists(Case.id, within) for source in sources(sought.by))))
    if sought.words:
        found.append(db.func.lower(Case.subject).contains(sought.words.lower(), autoescape=True))
        if not by.may_open_protected:
            found.append(Case.citizen_id.is_(None) | Case.citizen_id.not_in(_protected()))
    return found


def _protected() -> Select[tuple[int]]:
    """The files of protected people, and those read with them."""
    heads = db.select(Citizen.person_id).where(Citizen.protected, Citizen.person_id.is_not(None))
    protected = db.select(Citizen.id).where(Citizen.protected)
    return db.select(Citizen.id).where(
        or_(Citizen.protected, Citizen.id.in_(heads), Citizen.person_id.in_(protected.union(heads)))
    )


def _state(sought: Filters) -> Conditions:
    """Written out, so that the index of what is not closed serves."""
    if not sought.state:
        return [Case.state != literal_column("'closed'")]
    return [] if sought.state == "any" else [Case.state == sought.state]


def _whose(sought: Filters, by: Person) -> Conditions:
    if sought.whose == "mine":
        return [Case.owner_id == by.id]
    if sought.whose == "unowned":
        return [Case.owner_id.is_(None)]
    if sought.whose == "team":
        return [of_team(by)]
    return []


def of_team(by: Person) -> ColumnElement[bool]:
    """A case of a team of this person, or of someone who is in one with them."""
    mine = db.select(team_members.c.team_id).where(team_members.c.staff_id == by.id)
    together = db.select(team_members.c.staff_id).where(team_members.c.team_id.in_(mine))
    return or_(Case.team_id.in_(mine), Case.owner_id.in_(together))


@dataclass(frozen=True, slots=True)
class Source:
    """Where something due is read: clocks that run, or promises to keep."""

    model: Any

    def live(self, row: Any) -> Conditions:
        """Written out as its partial index is."""
        if self.model is Clock:
            return [row.state == literal_column("'running'")]
        return [row.kept_at.is_(null()), row.given_up_at.is_(null()), row.case_id.is_not(null())]

    def within(self, row: Any, stretch: Stretch) -> Conditions:
        begins, ends = stretch
        found: Conditions = [row.due_at >= begins] if begins else []
        return [*found, row.due_at < ends] if ends else found

    def exists(self, case_id: Any, stretch: Stretch, *more: Any) -> ColumnElement[bool]:
        """Whether such a thing is due in this stretch; `more` are conditions on it."""
        row = aliased(self.model)
        query = db.select(row.id).where(row.case_id == case_id, *self.live(row), *self.within(row, stretch))
        return query.where(*(condition(row) for condition in more)).exists()


def sources(by: str) -> list[Source]:
    """Clocks, promises or both."""
    both = {"clock": Source(Clock), "promise": Source(Promise)}
    return [both[by]] if by else list(both.values())


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked for by what is due: of which cases, by clocks or promises, in which stretch of time."""

    where: Conditions
    organization_id: int
    sources: list[Source]
    within: Stretch
    dated: bool  # only what something is due of


def _walk_due(look: Look, after: str, limit: int) -> list[tuple[int, str]]:
    """The keys of the cases by what is nearest due, then of those that nothing is due of."""
    keys: list[tuple[int, str]] = []
    if not after.startswith(UNDATED):
        walks = [_walk(one, look, after, limit) for one in look.sources]
        keys = [(key, f"{_micros(due)}.{key}") for due, key in islice(merge(*walks), limit)]
    if len(keys) < limit and not look.dated:
        key = int(after[1:] or 0) if after.startswith(UNDATED) and after[1:].isdigit() else 0
        none = [~source.exists(Case.id, (None, None)) for source in sources("")]
        query = db.select(Case.id).where(*look.where, *none, Case.id > key).order_by(Case.id)
        keys += [(key, f"{UNDATED}{key}") for key in db.session.scalars(query.limit(limit - len(keys)))]
    return keys


def _walk(source: Source, look: Look, after: str, limit: int) -> Sequence[tuple[datetime, int]]:
    """What is due, each case once: at its nearest, and of two at the same instant by the first source."""
    row = source.model
    query = db.select(row.due_at, row.case_id).join(Case, Case.id == row.case_id)
    query = query.where(*look.where, row.organization_id == look.organization_id, *source.live(row))
    query = query.where(*source.within(row, look.within), *_beyond(row, after))

    def earlier(other: Any) -> ColumnElement[bool]:
        return or_(other.due_at < row.due_at, (other.due_at == row.due_at) & (other.id < row.id))

    for other in look.sources:
        same, first = other.model is row, other.model is Clock
        nearer = earlier if same else _not_later(row) if first else _before(row)
        query = query.where(~other.exists(row.case_id, look.within, nearer))
    rows = db.session.execute(query.order_by(row.due_at, row.case_id).limit(limit))
    return [(due, case_id) for due, case_id in rows]


def _not_later(row: Any) -> Any:
    return lambda other: other.due_at <= row.due_at


def _before(row: Any) -> Any:
    return lambda other: other.due_at < row.due_at


def _beyond(row: Any, after: str) -> Conditions:
    micros, _, key = after.partition(".")
    if not (micros.isdigit() and key.isdigit() and len(micros) < 18 and len(key) < 18):
        return []
    seconds, rest = divmod(int(micros), 1_000_000)
    due = datetime.fromtimestamp(seconds, tz=UTC).replace(microsecond=rest)
    return [row.due_at >= due, or_(row.due_at > due, row.case_id > int(key))]


def _micros(due: datetime) -> int:
    return int(due.timestamp()) * 1_000_000 + due.microsecond


def _walk_key(sort: str, where: Conditions, after: str, limit: int) -> list[tuple[int, str]]:
    column: Any = _last_event() if sort == "activity" else Case.id
    query = db.select(Case.id, column).where(*where)
    place, _, key = after.partition(".")
    if place.isdigit() and key.isdigit() and len(after) < 30:
        beyond, further = (column > int(place), Case.id > int(key))
        if sort != "oldest":
            beyond, further = (column < int(place), Case.id < int(key))
        query = query.where(or_(beyond, (column == int(place)) & further))
    order = [column, Case.id] if sort == "oldest" else [column.desc(), Case.id.desc()]
    rows = db.session.execute(query.order_by(*order).limit(limit))
    return [(case_id, f"{place}.{case_id}") for case_id, place in rows]


def _last_event() -> Any:
    """The number of the last event of a case or of one of its contacts: some looks at an index for each case, so that
    nothing has to be kept in step with the history."""
    contacts = db.select(Contact.id).where(Contact.case_id == Case.id).scalar_subquery()
    last = db.select(db.func.max(Event.id))
    own = last.where(Event.subject_type == "cases", Event.subject_id == Case.id).scalar_subquery()
    theirs = last.where(Event.subject_type == "contacts", Event.subject_id.in_(contacts)).scalar_subquery()
    return db.case((theirs > db.func.coalesce(own, 0), theirs), else_=db.func.coalesce(own, 0))


def _cases(ids: list[int]) -> list[Case]:
    """These cases with what a list shows of them, in this order."""
    query = db.select(Case).where(Case.id.in_(ids))
    query = query.options(selectinload(Case.tags), selectinload(Case.clocks), selectinload(Case.promises))
    found = {case.id: case for case in db.session.scalars(query)}
    return [found[case_id] for case_id in ids if case_id in found]


def nearest(case: Case, by: str = "") -> Clock | Promise | None:
    """What is due first in this case, if anything is."""
    due: list[Clock | Promise] = []
    if by != "promise":
        due += [one for one in case.clocks if one.state == "running"]
    if by != "clock":
        due += [one for one in case.promises if one.kept_at is None and one.given_up_at is None]
    return min(due, key=lambda one: one.due_at, default=None)
