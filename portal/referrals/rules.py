"""The rules in force, compiled: which of them fit a situation, in their order, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func

from portal.database import db
from portal.directory.models import Organization
from portal.referrals.models import ReferralRule, RuleVersion
from portal.referrals.phrases import Phrase, fitting, phrase
from portal.referrals.situations import Situation


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of a rule, ready to be compared."""

    rule_id: int
    version_id: int
    position: int
    service_id: int | None
    words: tuple[Phrase, ...]
    without: tuple[Phrase, ...]
    topics: frozenset[str]
    communes: frozenset[str]
    channels: frozenset[str]
    languages: frozenset[str]
    opening: str  # open, closed, or empty for any

    def fits(self, situation: Situation) -> bool:
        """Whether every condition holds, the words aside."""
        return all(not getattr(self, name) or holds(self, situation) for name, holds in CONDITIONS.items())


CONDITIONS: dict[str, Callable[[Rule, Situation], bool]] = {
    "topics": lambda rule, situation: not rule.topics.isdisjoint(situation.topics),
    "communes": lambda rule, situation: situation.commune in rule.communes,
    "channels": lambda rule, situation: situation.channel in rule.channels,
    "languages": lambda rule, situation: situation.language in rule.languages,
    "opening": lambda rule, situation: situation.open is (rule.opening == "open"),
    "without": lambda rule, situation: not fitting(rule.without, situation.said),
}


class Match(NamedTuple):
    """A rule that fits, and its phrases that were found."""

    rule: Rule
    words: tuple[str, ...]


class Finding(NamedTuple):
    """One condition of a rule beside a situation. `matched` are the rule's own phrases, never what was said."""

    condition: str
    wanted: tuple[str, ...]
    fits: bool
    matched: tuple[str, ...] = ()


class Book:
    """The rules in force of one organization, in order, filed by a term that each of their phrases needs."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = sorted(rules, key=lambda rule: (rule.position, rule.rule_id))
        self._wordless: list[int] = []
        self._filed: dict[str, dict[str, list[tuple[int, Phrase]]]] = defaultdict(lambda: defaultdict(list))
        for n, rule in enumerate(self.rules):
            self._file(n, rule)

    def _file(self, n: int, rule: Rule) -> None:
        if not rule.words:
            self._wordless.append(n)
        for asked in rule.words:
            for reading, terms in asked.needs.items():
                if terms:  # the longest term is likely the rarest
                    self._filed[reading][max(terms, key=lambda term: (len(term), term))].append((n, asked))

    def fitting(self, situation: Situation) -> Iterator[Match]:
        """The rules that fit, in order."""
        found: dict[int, dict[str, None]] = {n: {} for n in self._wordless}
        for reading, terms in situation.said.items():
            filed = self._filed.get(reading, {})
            for term in filed.keys() & terms:
                for n, asked in filed[term]:
                    if asked.needs[reading] <= terms:
                        found.setdefault(n, {})[asked.text] = None
        for n in sorted(found):
            if self.rules[n].fits(situation):
                order = [asked.text for asked in self.rules[n].words]
                yield Match(self.rules[n], tuple(sorted(found[n], key=order.index)))

    def with_rule(self, rule: Rule) -> Book:
        """This book with `rule` in the place of its version in force."""
        return Book([*(other for other in self.rules if other.rule_id != rule.rule_id), rule])


def compile_version(version: RuleVersion) -> Rule:
    """A version, draft or published, ready to be compared."""
    key = _Key(version.id, version.rule_id, version.position, version.service_id, version.published_at)
    return _compile(key, version.conditions)


def explain(version: RuleVersion, situation: Situation) -> list[Finding]:
    """Each condition that the version sets, whether it holds for the situation, and the phrases found."""
    rule = compile_version(version)
    findings = []
    if rule.words:
        matched = fitting(rule.words, situation.said)
        findings.append(Finding("words", tuple(version.conditions["words"]), bool(matched), matched))
    for name, holds in CONDITIONS.items():
        if getattr(rule, name):
            wanted = (rule.opening,) if name == "opening" else tuple(version.conditions[name])
            matched = fitting(rule.without, situation.said) if name == "without" else ()
            findings.append(Finding(name, wanted, holds(rule, situation), matched))
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
    version_id: int
    rule_id: int
    position: int
    service_id: int | None
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
    columns = (RuleVersion.id, RuleVersion.rule_id, RuleVersion.position, RuleVersion.service_id)
    query = (
        db.select(*columns, RuleVersion.published_at, RuleVersion.conditions, ReferralRule.organization_id)
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
    return Rule(
        rule_id=key.rule_id,
        version_id=key.version_id,
        position=key.position,
        service_id=key.service_id,
        words=tuple(phrase(text) for text in conditions.get("words", ())),
        without=tuple(phrase(text) for text in conditions.get("without", ())),
        topics=frozenset(conditions.get("topics", ())),
        communes=frozenset(conditions.get("communes", ())),
        channels=frozenset(conditions.get("channels", ())),
        languages=frozenset(conditions.get("languages", ())),
        opening=conditions.get("opening", "").replace("any", ""),
    )
