"""What reports say of a period, from the tallies. Every formula is told in docs/reports.md."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select

from portal import clock
from portal.articles.models import Topic
from portal.cases.models import Case, Clock, Promise
from portal.database import db
from portal.directory.finding import communes as towns
from portal.directory.models import Organization, Service
from portal.reports import days
from portal.reports.models import CallTally, ReferralTally, Tally
from portal.reports.scope import Scope

CONTACTS = (
    "contacts",
    "needed",
    "handled",
    "by_menu",
    "concluded",
    "one_visit",
    "known",
    "again",
    "firsts",
    "settled",
    "left_menu",
    "voicemails",
)
CALLS = ("stood", "answered", "within_20", "within_60", "gave_up", "called_back", "waited_s", "endured_s")


@dataclass(frozen=True, slots=True)
class Asked:
    """A period, its last day included, and what it is narrowed to."""

    scope: Scope
    first: date
    last: date
    timezone: str
    channel: str = ""
    topic_id: int | None = None
    queue_id: int | None = None
    commune: str = ""

    @property
    def narrowed(self) -> bool:
        return bool(self.channel or self.topic_id or self.queue_id or self.commune)

    @property
    def about_calls(self) -> bool:
        """Whether the calls in line are those of what was asked: they are not counted by topic nor by commune."""
        return self.channel in ("", "phone") and self.topic_id is None and not self.commune

    def where(self) -> list[Any]:
        """The tallies of contacts that count."""
        wanted = [
            Tally.organization_id == self.scope.organization_id,
            Tally.day >= self.first,
            Tally.day <= self.last,
            self.scope.queues(Tally.queue_id),
        ]
        for column, value in (
            (Tally.channel, self.channel),
            (Tally.topic_id, self.topic_id),
            (Tally.queue_id, self.queue_id),
        ):
            if value:
                wanted.append(column == value)
        if self.commune:
            wanted.append(Tally.commune.in_(towns.codes_of(self.commune)))
        return wanted


@dataclass(slots=True)
class Sums:
    """Numbers added up; `share` divides them, and is None where there is nothing to divide by."""

    numbers: dict[str, int] = field(default_factory=dict)

    def __getitem__(self, name: str) -> int:
        return self.numbers.get(name, 0)

    def share(self, part: str, whole: str) -> float | None:
        return self[part] / self[whole] if self[whole] else None


def totals(asked: Asked) -> Sums:
    """The whole period."""
    return sums_of(
        db.session.execute(db.select(*_added(Tally, CONTACTS)).where(*asked.where())).one(), CONTACTS
    )


def by(asked: Asked, column: Any) -> dict[Any, Sums]:
    """The period by one of the things that tallies are alike in, the most contacts first."""
    query = db.select(column.label("key"), *_added(Tally, CONTACTS)).where(*asked.where()).group_by(column)
    return most_first({row.key: sums_of(row, CONTACTS) for row in db.session.execute(query)})


def by_each(asked: Asked, *columns: Any) -> list[dict[Any, Sums]]:
    """The period by each of these things, as `by` would tell it: the tallies of a country are read but once."""
    query = db.select(*columns, *_added(Tally, CONTACTS)).where(*asked.where()).group_by(*columns)
    found: list[dict[Any, Counter[str]]] = [{} for _ in columns]
    for row in db.session.execute(query):
        sums = sums_of(row, CONTACTS).numbers
        for key, told in zip(row, found, strict=False):
            told.setdefault(key, Counter()).update(sums)
    return [most_first({key: Sums(sums) for key, sums in told.items()}) for told in found]


def by_day(asked: Asked) -> dict[date, int]:
    """How many contacts began on each day that had any."""
    query = db.select(Tally.day, db.func.sum(Tally.contacts)).where(*asked.where()).group_by(Tally.day)
    return {day: int(contacts) for day, contacts in db.session.execute(query)}


def most_first(found: dict[Any, Sums]) -> dict[Any, Sums]:
    return dict(sorted(found.items(), key=lambda pair: (-pair[1]["contacts"], str(pair[0]))))


def calls(asked: Asked) -> Sums:
    """How those who stood in line were answered."""
    begins, ends = days.begins(asked.first, asked.timezone), days.bounds(asked.last, asked.timezone)[1]
    query = db.select(*_added(CallTally, CALLS)).where(
        CallTally.organization_id == asked.scope.organization_id,
        CallTally.at >= begins,
        CallTally.at < ends,
        CallTally.queue_id == asked.queue_id if asked.queue_id else asked.scope.queues(CallTally.queue_id),
    )
    return sums_of(db.session.execute(query).one(), CALLS)


def in_announced_time(asked: Asked) -> Sums:
    """Of the requests whose announced time fell in the period or that were done in it: how many were done in time."""
    begins, ends = days.begins(asked.first, asked.timezone), days.bounds(asked.last, asked.timezone)[1]
    over = Clock.met_at.is_not(None) | (Clock.due_at < clock.now())
    in_time = db.func.sum(db.case((Clock.met_at <= Clock.due_at, 1), else_=0))
    query = db.select(db.func.count().label("announced"), in_time.label("in_time"))
    query = query.join(Case, Case.id == Clock.case_id).where(
        Clock.organization_id == asked.scope.organization_id,
        Clock.kind == "resolution",
        Clock.state.not_in(("paused", "stopped")),
        Clock.due_at >= begins,
        Clock.due_at < ends,
        over,
        asked.scope.staff(Case.owner_id),
    )
    query = query.where(Case.topic_id == asked.topic_id) if asked.topic_id else query
    return sums_of(db.session.execute(query).one(), ("announced", "in_time"))


def promises(asked: Asked) -> Sums:
    """Of what was promised for a day of the period and not given up: how much was done by then."""
    begins, ends = days.begins(asked.first, asked.timezone), days.bounds(asked.last, asked.timezone)[1]
    kept = db.func.sum(db.case((Promise.kept_at <= Promise.due_at, 1), else_=0))
    query = db.select(db.func.count().label("promised"), kept.label("kept")).where(
        Promise.organization_id == asked.scope.organization_id,
        Promise.given_up_at.is_(None),
        Promise.due_at >= begins,
        Promise.due_at < ends,
        Promise.kept_at.is_not(None) | (Promise.due_at < clock.now()),
        asked.scope.staff(Promise.owner_id),
    )
    return sums_of(db.session.execute(query).one(), ("promised", "kept"))


def referrals(asked: Asked) -> dict[str, Counter[str]]:
    """By the organization sent to, what became of them: each state with its number, the most sent to first."""
    query = db.select(Organization.name, ReferralTally.state, db.func.sum(ReferralTally.referrals))
    query = query.join(Service, Service.id == ReferralTally.service_id)
    query = query.join(Organization, Organization.id == Service.organization_id).where(
        ReferralTally.organization_id == asked.scope.organization_id,
        ReferralTally.day >= asked.first,
        ReferralTally.day <= asked.last,
    )
    found: dict[str, Counter[str]] = {}
    for name, state, count in db.session.execute(query.group_by(Organization.name, ReferralTally.state)):
        found.setdefault(name, Counter())[state] += count
    return dict(sorted(found.items(), key=lambda pair: (-pair[1].total(), pair[0])))


def topic_names() -> dict[int, str]:
    query: Select[Any] = db.select(Topic.id, Topic.names)
    return {topic_id: names.get("fr", "") for topic_id, names in db.session.execute(query)}


def _added(table: Any, names: tuple[str, ...]) -> list[Any]:
    return [db.func.sum(getattr(table, name)).label(name) for name in names]


def sums_of(row: Any, names: tuple[str, ...]) -> Sums:
    """A row of sums, nothing being none."""
    return Sums({name: int(getattr(row, name) or 0) for name in names})
