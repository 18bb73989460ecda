"""Trying a draft on what people really asked, before anybody is sent anywhere by it.

What was asked is compared and forgotten: a trial holds topics, communes, the rule's own phrases, outcomes and
counts, and never a name, a number or a word of a message.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cache
from heapq import nlargest
from typing import NamedTuple

from sqlalchemy import Row, func
from sqlalchemy.orm import joinedload

from portal.articles.models import Search, Topic
from portal.contacts.models import Contact, Message
from portal.database import db
from portal.directory.hours.opening import Schedule
from portal.directory.models import Organization, Service
from portal.referrals.deciding.areas import outside
from portal.referrals.deciding.book import Book
from portal.referrals.deciding.rule import Match, Rule
from portal.referrals.deciding.rules import compile_version, in_force
from portal.referrals.deciding.situations import Situation, any_open, day_of, line_schedules
from portal.referrals.models import RuleVersion

MOST = 500
CHOICES = (100, 500, 2000, 5000)  # how many of the last situations a trial may read


End = Service | str | None  # where somebody is sent: a service, the one of a kind, or what the articles say


class Move(NamedTuple):
    """People of one topic and commune who would go elsewhere. An end of None: no rule speaks, the articles do."""

    topics: tuple[str, ...]
    commune: str
    matched: tuple[str, ...]
    before: End
    after: End
    times: int


@dataclass(frozen=True)
class Trial:
    """`situations` were tried; the draft would decide `decided` of them; `moves` are those it sends elsewhere."""

    situations: int
    decided: int
    moves: list[Move]

    @property
    def moved(self) -> int:
        return sum(move.times for move in self.moves)

    @property
    def by_end(self) -> list[tuple[End, int, int]]:
        """For each end, how many people it would lose and win, those it matters most to first."""
        lost: Counter[End] = Counter()
        won: Counter[End] = Counter()
        for move in self.moves:
            lost[move.before] += move.times
            won[move.after] += move.times
        ends = sorted({*lost, *won}, key=lambda end: -(lost[end] + won[end]))
        return [(end, lost[end], won[end]) for end in ends]


def try_draft(draft: RuleVersion, situations: Iterable[Situation]) -> Trial:
    """Who would go elsewhere if the draft were in force, the most numerous first; on the day that it begins."""
    book = in_force(draft.rule.organization_id)
    tried = book.with_rule(compile_version(draft))
    today = day_of(draft.rule.organization_id)
    day = max(draft.starts_on or today, today)
    services = _open_services([*book.rules, *tried.rules])
    elsewhere = cache(lambda commune: outside(list(services.values()), commune))
    total = decided = 0
    moves: Counter[tuple[tuple[str, ...], str, tuple[str, ...], int | str, int | str]] = Counter()
    for total, asked in enumerate(situations, 1):  # noqa: B007  (the last number is the total)
        situation = replace(asked, at=day)
        sent = services.keys() - elsewhere(situation.commune)
        before, after = (_first(one, situation, sent) for one in (book, tried))
        decided += bool(after and after.rule.rule_id == draft.rule_id)
        if _end(before) != _end(after):
            words = next(m.words for m in (after, before) if m and m.rule.rule_id == draft.rule_id)
            moves[situation.topics, situation.commune, words, _end(before), _end(after)] += 1
    rows = [
        Move(topics, commune, words, _named(before, services), _named(after, services), count)
        for (topics, commune, words, before, after), count in moves.most_common()
    ]
    return Trial(total, decided, rows)


def _open_services(rules: Iterable[Rule]) -> dict[int, Service]:
    """The services that these rules send to, and that are open."""
    ids = {rule.service_id for rule in rules if rule.service_id}
    query = db.select(Service).where(Service.active, Service.id.in_(ids)).options(joinedload(Service.texts))
    return {service.id: service for service in db.session.scalars(query).unique()}


def _end(match: Match | None) -> int | str:
    return (match.rule.service_id or match.rule.kind) if match else 0


def _named(end: int | str, services: dict[int, Service]) -> End:
    return end if isinstance(end, str) else services.get(end)


def recent_situations(organization_id: int, timezone: str, most: int = MOST) -> list[Situation]:
    """The organization's last contacts, and for the host the last searches of its pages, as situations."""
    schedules = line_schedules(organization_id)
    organization = db.session.get(Organization, organization_id)
    contacts = _last_contacts(organization_id, most)
    searches = _last_searches(most) if organization and organization.is_host else []
    last = nlargest(most, [*contacts, *searches], key=lambda row: row.at)
    return [_situation(row, schedules, timezone) for row in last]


def _first(book: Book, situation: Situation, services: Collection[int]) -> Match | None:
    """The rule that decides: the first that fits, unless its service is closed or not for this commune."""
    for match in book.fitting(situation):
        if match.rule.service_id is None or match.rule.service_id in services:
            return match
    return None


def _last_contacts(organization_id: int, most: int) -> list[Row[tuple[object, ...]]]:
    """The last ones are chosen by their ids alone: what was said is read of them only, not of half a million."""
    last = (
        db.select(Contact.id)
        .where(Contact.organization_id == organization_id, Contact.direction == "in")
        .order_by(Contact.started_at.desc())
        .limit(most)
        .subquery()
    )
    first_words = (
        db.select(Message.body)
        .where(Message.contact_id == Contact.id, Message.direction == "in")
        .order_by(Message.id)
        .limit(1)
        .correlate(Contact)
        .scalar_subquery()
    )
    query = (
        db.select(
            Contact.started_at.label("at"),
            (Contact.subject + " " + func.coalesce(first_words, "")).label("words"),
            Contact.language,
            Topic.slug.label("topic"),
            Contact.commune,
            Contact.channel,
        )
        .join(last, last.c.id == Contact.id)
        .outerjoin(Topic, Topic.id == Contact.topic_id)
    )
    return list(db.session.execute(query))


def _last_searches(most: int) -> list[Row[tuple[object, ...]]]:
    columns = (Search.at, Search.words, Search.language, Search.topic, Search.commune, Search.channel)
    return list(db.session.execute(db.select(*columns).order_by(Search.at.desc()).limit(most)))


def _situation(row: Row[tuple[object, ...]], schedules: list[Schedule], timezone: str) -> Situation:
    return Situation(
        words=row.words,
        language=row.language,
        topics=(row.topic,) if row.topic else (),
        commune=row.commune,
        channel=row.channel,
        open=any_open(schedules, row.at, timezone),
    )
