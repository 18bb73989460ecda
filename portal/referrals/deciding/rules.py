"""The rules in force, compiled: which of them fit a situation, in their order, and why."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func

from portal.database import db
from portal.directory.models import Organization
from portal.referrals.deciding.book import Book
from portal.referrals.deciding.phrases import fitting, phrase
from portal.referrals.deciding.rule import CHOSEN, Match, Rule
from portal.referrals.deciding.situations import Situation
from portal.referrals.models import ReferralRule, RuleVersion

__all__ = ["Book", "Finding", "Match", "Rule", "compile_version", "explain", "in_force"]


class Finding(NamedTuple):
    """One condition of a rule beside a situation: what it asks, whether it holds, and what was looked at.

    `matched` are the rule's own phrases that were heard; `seen` the situation's codes and slugs. Neither is ever
    what was said.
    """

    condition: str
    wanted: tuple[str, ...]
    fits: bool
    matched: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()


def compile_version(version: RuleVersion) -> Rule:
    """A version, draft or published, ready to be compared."""
    return _compile(_Key(*(getattr(version, name) for name in _Key._fields)), version.conditions)


def explain(version: RuleVersion, situation: Situation) -> list[Finding]:
    """Each condition that the version sets, whether it holds for the situation, and what was looked at."""
    rule = compile_version(version)
    findings = []
    for name, wanted_heard in (("words", True), ("without", False)):
        if phrases := getattr(rule, name):
            matched = fitting(phrases, situation.said)
            wanted = tuple(one.text for one in phrases)
            findings.append(Finding(name, wanted, bool(matched) is wanted_heard, matched))
    for name in CHOSEN:
        if rule.asked(name):
            seen = tuple(sorted(situation.values(name)))
            wanted = tuple(version.conditions[name]) if name != "opening" else (rule.opening,)
            findings.append(Finding(name, wanted, rule.holds(name, situation), seen=seen))
    if rule.starts_on or rule.ends_on:
        days = tuple(day.isoformat() if day else "…" for day in (rule.starts_on, rule.ends_on))
        findings.append(Finding("dates", days, rule.in_time(situation.at), seen=(situation.at.isoformat(),)))
    return findings


def in_force(organization_id: int | None = None) -> Book:
    """The rules in force of an organization; of the host, if none is named. Compiled once per change.

    What is in force is told by a count and a sum: a version enters it once and never changes while it is in, so
    that they differ as soon as a publication is committed, whoever made it and wherever.
    """
    address = str(db.engine.url)
    stamp = _stamp()
    shelf = _shelves.get(address)
    if shelf is None or shelf.stamp != stamp:
        shelf = _shelves[address] = _read_shelf(stamp, shelf)
    of = shelf.host if organization_id is None else organization_id
    return shelf.books.get(of or 0, _EMPTY)


class _Key(NamedTuple):
    """What a version is told apart by, and what it says beside its conditions."""

    id: int
    rule_id: int
    position: int
    service_id: int | None
    kind: str
    strength: int
    starts_on: date | None
    ends_on: date | None
    published_at: datetime | None


class _Shelf(NamedTuple):
    stamp: tuple[Any, ...]
    host: int | None
    books: dict[int, Book]
    compiled: dict[_Key, Rule]


_EMPTY = Book([])
_shelves: dict[str, _Shelf] = {}


def _stamp() -> tuple[Any, ...]:
    """Read from an index alone, whatever the number of rules, but for the moment of the newest."""
    published = RuleVersion.state == "published"
    newest = db.select(func.max(RuleVersion.id)).where(published).scalar_subquery()
    at = db.select(RuleVersion.published_at).where(RuleVersion.id == newest).scalar_subquery()
    query = db.select(func.count(), func.sum(RuleVersion.id), at)
    return tuple(db.session.execute(query.where(published)).one())


def _read_shelf(stamp: tuple[Any, ...], former: _Shelf | None) -> _Shelf:
    known = former.compiled if former else {}
    columns = [getattr(RuleVersion, name) for name in _Key._fields]
    query = (
        db.select(*columns, RuleVersion.conditions, ReferralRule.organization_id)
        .join(ReferralRule)
        .where(RuleVersion.state == "published")
    )
    compiled: dict[_Key, Rule] = {}
    books: dict[int, list[Rule]] = defaultdict(list)
    for *key, conditions, organization_id in db.session.execute(query):
        at = _Key(*key)
        rule = compiled[at] = known.get(at) or _compile(at, conditions)
        books[organization_id].append(rule)
    host = db.session.scalar(db.select(Organization.id).filter_by(is_host=True).order_by(Organization.id))
    return _Shelf(stamp, host, {of: Book(rules) for of, rules in books.items()}, compiled)


def _compile(key: _Key, conditions: dict[str, Any]) -> Rule:
    chosen = {name: frozenset(conditions.get(name, ())) for name in CHOSEN if name != "opening"}
    return Rule(
        rule_id=key.rule_id,
        version_id=key.id,
        position=key.position,
        service_id=key.service_id,
        kind=key.kind,
        strength=key.strength,
        starts_on=key.starts_on,
        ends_on=key.ends_on,
        words=tuple(phrase(text) for text in conditions.get("words", ())),
        without=tuple(phrase(text) for text in conditions.get("without", ())),
        opening=conditions.get("opening", "").replace("any", ""),
        **chosen,
    )
