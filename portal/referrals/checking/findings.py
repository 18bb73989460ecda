"""All the rules of an organization read together, before citizens meet what is wrong with them.

Nothing is guessed: each finding comes with a situation that shows it, and rules are said never to fire only where
that is proven (`covering.py`). Pure: over compiled rules and the facts of the directory (`facts.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from operator import or_
from typing import Any

from portal.referrals.checking.covering import Index, Part, bits, possible
from portal.referrals.checking.facts import Facts
from portal.referrals.checking.looping import Loops
from portal.referrals.checking.meeting import meet, wanted
from portal.referrals.deciding.areas import Reach
from portal.referrals.deciding.book import Book
from portal.referrals.deciding.rule import Rule
from portal.referrals.deciding.situations import Situation, department_of
from portal.referrals.ruling.keeping import kept

ERRORS = frozenset({"dead", "contradiction", "gone", "loop", "example"})
MOST_OF_ONE = 3  # contradictions told of one rule
MOST_TRIED = 60
MOST_REACHES = 500  # different areas of services that are compared; past it, only those of one target
TOLD_EVERY = 50

Tell = Callable[[int, int], None]
WHY_NEVER = {
    "dates": "sa dernière date est passée",
    "communes": "aucune de ses communes n’est dans ses départements",
    "without": "chacune de ses expressions contient une expression qu’elle exclut",
    "topics": "ses thèmes n’existent plus",
}


@dataclass(frozen=True)
class Finding:
    """Something wrong, the versions of rules it is about, and a situation that shows it. `says` is in French."""

    kind: str  # dead, contradiction, gone, outside, loop, gap, example
    rules: tuple[int, ...]  # ids of rules
    situation: Situation
    says: str
    asked: int = 0  # real situations it was seen in

    def told(self, names: dict[int, str]) -> dict[str, Any]:
        """As it is kept, the rules by their names."""
        return {
            "kind": self.kind,
            "rules": [names.get(rule_id, str(rule_id)) for rule_id in self.rules],
            "situation": kept(self.situation),
            "says": self.says,
            "asked": self.asked,
        }


def check(
    books: dict[int, Book],
    organization_id: int,
    facts: Facts,
    names: dict[int, str],
    tell: Tell = lambda done, total: None,
) -> list[Finding]:
    """What is wrong with the rules of the organization; `tell` hears how many rules are done, of how many."""
    checker = Checker(books, organization_id, facts, names)
    total = len(checker.rules)
    found: list[Finding] = []
    for n in range(total):
        found += checker.findings_of(n)
        if n % TOLD_EVERY == 0:
            tell(n, total)
    found += checker.gaps()
    tell(total, total)
    return found


def check_one(
    books: dict[int, Book], organization_id: int, facts: Facts, names: dict[int, str], rule_id: int
) -> list[Finding]:
    """What concerns one rule of the book: what is wrong with it, and what it makes wrong of others."""
    checker = Checker(books, organization_id, facts, names)
    place = next(n for n, rule in enumerate(checker.rules) if rule.rule_id == rule_id)
    near = {place, *checker.near(place)}
    found = [one for n in sorted(near) for one in checker.findings_of(n)]
    return [one for one in found if rule_id in one.rules]


class Checker:
    """The rules of one organization, those of the others beside them, and the facts."""

    def __init__(
        self, books: dict[int, Book], organization_id: int, facts: Facts, names: dict[int, str]
    ) -> None:
        self.facts, self.names = facts, names
        self.rules = books[organization_id].rules if organization_id in books else []
        self.index = Index(self.rules)
        self.parts = [self._part(rule) for rule in self.rules]
        # the rules whose service is open, by whom it serves
        self._reached: dict[Reach, int] = defaultdict(int)
        self._level: dict[tuple[int, int], int] = defaultdict(int)
        self._target: dict[int | str | None, int] = defaultdict(int)
        for n, rule in enumerate(self.rules):
            self._level[rule.strength, rule.position] |= 1 << n
            self._target[rule.target] |= 1 << n
            office = facts.services.get(rule.service_id or 0)
            if office and office.open:
                self._reached[office.reach] |= 1 << n
        self._taking: dict[tuple[Reach | None, frozenset[str]], int] = {}
        self._met: set[tuple[int, int]] = set()
        self._loops = Loops(books, organization_id, facts)

    def findings_of(self, n: int) -> Iterator[Finding]:
        yield from self._never(n)
        yield from self._gone(n)
        yield from self._contradictions(n)
        yield from self._looping(n)

    def near(self, n: int) -> Iterator[int]:
        """Rules that may have to do with this one, in its place or after it."""
        part = self.parts[n]
        if isinstance(part, Part):
            yield from bits(self.index.near(n) & ~(1 << n))

    def gaps(self) -> list[Finding]:
        """Topics and communes for which neither a rule nor an article speaks; what was really asked comes first."""
        speaking = {topic: self._speakers(topic) for topic in self.facts.topics}
        found = [
            self._gap(topic, commune)
            for topic, speakers in speaking.items()
            for commune in self.facts.communes
            if not any(self._speaks(speaker, commune) for speaker in speakers)
        ]
        return sorted(found, key=lambda finding: -finding.asked)

    def _part(self, rule: Rule) -> Part | str:
        topics = self.facts.topics
        if topics and rule.topics and rule.topics.isdisjoint(topics):
            return "topics"
        return possible(rule, self.facts.today)

    def _takers(self, rule: Rule) -> int:
        """The rules that surely take whom they fit, of those that this rule is for: nobody is sent to a service that
        is closed or not for their commune. A rule of the same target is passed over only where this one is."""
        office = self.facts.services.get(rule.service_id or 0)
        key = (office.reach if office else None, rule.communes)
        if key not in self._taking:
            known = self._reached if len(self._reached) <= MOST_REACHES else {}
            held = (those for reach, those in known.items() if self._holds(reach, *key))
            self._taking[key] = reduce(or_, held, 0)
        return self._taking[key] | self._target[rule.target]

    @staticmethod
    def _holds(reach: Reach, other: Reach | None, communes: frozenset[str]) -> bool:
        if communes and reach.holds_all(communes):
            return True
        return reach.holds(other or Reach(everywhere=True))

    def _never(self, n: int) -> Iterator[Finding]:
        """It can never fire: nothing meets its conditions, or earlier rules take all that would."""
        rule, part = self.rules[n], self.parts[n]
        if isinstance(part, str):
            yield self._find("dead", [rule], f"Elle ne peut jamais servir : {WHY_NEVER[part]}.")
            return
        earlier = self.index.cover(part, self._takers(rule) & ((1 << n) - 1))
        if earlier:
            others = [self.rules[m] for m in bits(earlier)]
            named = ", ".join(self.name(other) for other in others)
            before = "qui est regardée avant" if len(others) == 1 else "qui sont regardées avant"
            says = f"Elle ne passe jamais la première : toutes ses situations vont déjà à {named}, {before}."
            yield self._find("dead", [rule, *others], says)

    def _gone(self, n: int) -> Iterator[Finding]:
        rule = self.rules[n]
        if rule.service_id is None:
            yield from self._gone_kind(rule)
            return
        office = self.facts.services.get(rule.service_id)
        if office is None or not office.open:
            name = office.name if office else "Ce service"
            yield self._find("gone", [rule], f"{name} est fermé : la règle est passée.")
            return
        away = [code for code in sorted(rule.communes) if not self.facts.serves(office.id, code)]
        far = [of for of in sorted(rule.departments) if not office.reach.serves_department(of)]
        if away or (far and not rule.communes):
            named = ", ".join([*away, *far][:5])
            yield self._find("outside", [rule], f"{office.name} ne couvre pas : {named}.", communes=away[:1])

    def _gone_kind(self, rule: Rule) -> Iterator[Finding]:
        kind = self.facts.kinds.get(rule.kind)
        if kind is None or not kind.is_anywhere:
            name = kind.name if kind else rule.kind
            yield self._find("gone", [rule], f"« {name} » : aucun service de ce genre, ni contact national.")
            return
        away = [code for code in sorted(rule.communes) if not self.facts.serves(rule.kind, code)]
        if away:
            named = ", ".join(away[:5])
            yield self._find(
                "outside", [rule], f"« {kind.name} » : aucun n’est connu pour {named}.", communes=away[:1]
            )

    def _contradictions(self, n: int) -> Iterator[Finding]:
        """Rules of the same strength and place that fit one situation, and send it elsewhere."""
        rule = self.rules[n]
        if isinstance(self.parts[n], str):
            return
        level = self._level[rule.strength, rule.position]
        others = self.index.near(n) & level & ~self._target[rule.target]
        found = (one for m in islice(bits(others), MOST_TRIED) if (one := self._contradiction(n, m)))
        yield from islice(found, MOST_OF_ONE)

    def _contradiction(self, n: int, m: int) -> Finding | None:
        pair = (min(n, m), max(n, m))
        if pair in self._met:
            return None
        self._met.add(pair)
        first, second = (self.rules[k] for k in pair)
        situation = meet([first, second], self.facts.today)
        if situation is None:
            return None
        says = f"{self.name(first)} et {self.name(second)} ont même force et même ordre, et se contredisent."
        return Finding("contradiction", (first.rule_id, second.rule_id), situation, says)

    def _looping(self, n: int) -> Iterator[Finding]:
        if isinstance(self.parts[n], str):
            return
        for loop in self._loops.of(self.rules[n]):
            named = " → ".join(self.name(rule) for rule in loop.rules)
            says = f"La personne tournerait en rond entre organismes : {named}."
            yield Finding("loop", tuple(rule.rule_id for rule in loop.rules), loop.situation, says)

    def _speakers(self, topic: str) -> list[Rule | int | str]:
        """The rules that speak of the topic, or of all topics whatever is said; and whom its articles name. What holds
        for some people only, or later, leaves the others without an answer."""
        rules: Iterable[Rule] = (
            rule
            for rule, part in zip(self.rules, self.parts, strict=True)
            if not isinstance(part, str)
            and (topic in rule.topics or not (rule.topics or rule.words or rule.articles))
            and not (rule.ages or rule.flags or rule.urgencies)
            and rule.in_time(self.facts.today)
        )
        return [*rules, *self.facts.speakers.get(topic, ())]

    def _speaks(self, speaker: Rule | int | str, commune: str) -> bool:
        if not isinstance(speaker, Rule):
            return self.facts.serves(speaker, commune)
        department = department_of(commune)
        here = not speaker.communes or commune in speaker.communes
        there = not speaker.departments or department in speaker.departments
        return here and there and self.facts.serves(speaker.target, commune)

    def _gap(self, topic: str, commune: str) -> Finding:
        situation = Situation(topics=(topic,), commune=commune)
        says = f"{self.facts.topics[topic]} à {self.facts.communes[commune]} : personne."
        return Finding("gap", (), situation, says, self.facts.asked[topic, commune])

    def name(self, rule: Rule) -> str:
        return self.names.get(rule.rule_id, str(rule.rule_id))

    def _find(self, kind: str, rules: list[Rule], says: str, communes: Sequence[str] = ()) -> Finding:
        situation = wanted(rules[0], self.facts.today, communes)
        return Finding(kind, tuple(rule.rule_id for rule in rules), situation, says)
