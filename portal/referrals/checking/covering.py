"""Which rules hold whenever another does: rows of bits, one bit a rule, so that 5,000 rules are compared at once.

What is said here is proven, never guessed: a rule is covered only if every situation that fits it, whatever else
was said, fits another one. What cannot be proven is left alone. Phrases are compared as `phrases.py` compares
them: whoever says a phrase says all its terms, in a reading; a phrase whose terms are among these fits as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from knowledge_base.analysis import analyzer_for
from portal.referrals.deciding.phrases import READINGS, Phrase, Terms
from portal.referrals.deciding.rule import CHOSEN, Rule
from portal.referrals.deciding.situations import department_of

MOST_STEPS = 3000  # parts of one rule that are looked at; past it, the rule is taken as alive

Said = tuple[str, Terms]  # a reading, and the terms that are surely in it


@dataclass(frozen=True)
class Part:
    """Situations that a rule is for, or some of them: conditions that are not in `chosen` are not set."""

    chosen: Mapping[str, frozenset[str]]
    words: tuple[Said, ...] | None  # one of these is said; None: words are not looked at
    without: tuple[Phrase, ...]
    starts: date
    ends: date


def chosen(rule: Rule) -> dict[str, frozenset[str]]:
    """The conditions of a rule that hold one of several values, by name."""
    return {name: values for name in CHOSEN if (values := rule.asked(name))}


def readings(rule: Rule) -> tuple[str, ...]:
    """The readings in which the rule's phrases may be found: English is read only where it is spoken."""
    return READINGS if not rule.languages or "en" in rule.languages else READINGS[:1]


@cache
def whole(reading: str, needs: Terms) -> Terms:
    """The terms that are surely there when these are: a word as it is written brings its stem."""
    stem = analyzer_for(reading).stem
    arabic = analyzer_for("ar").stem
    plain = (term[1:] for term in needs if term.startswith("="))
    return needs | {
        arabic(word) if any("\u0600" <= c <= "\u06ff" for c in word) else stem(word) for word in plain
    }


def excluded(said: Said, without: Sequence[Phrase]) -> bool:
    """Whether who says this surely says what the rule must not hear."""
    reading, terms = said
    return any(needs and needs <= terms for phrase in without if (needs := phrase.needs.get(reading)))


def possible(rule: Rule, today: date) -> Part | str:
    """What the rule is for, from today on; or the name of the condition that nothing can meet."""
    sets = chosen(rule)
    starts, ends = max(rule.starts_on or today, today), rule.ends_on or date.max
    if ends < starts:
        return "dates"
    if "communes" in sets and "departments" in sets:
        inside = frozenset(c for c in sets["communes"] if department_of(c) in sets["departments"])
        if not inside:
            return "communes"
        sets["communes"] = inside
    words: tuple[Said, ...] | None = None
    if rule.words:
        every = ((of, phrase.needs.get(of)) for phrase in rule.words for of in readings(rule))
        said = dict.fromkeys((of, whole(of, needs)) for of, needs in every if needs)
        words = tuple(one for one in said if not excluded(one, rule.without))
        if not words:
            return "without"
    return Part(sets, words, rule.without, starts, ends)


class Index:
    """The rules in their order; a set of them is a whole number whose n-th bit stands for the n-th rule."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self.all = (1 << len(rules)) - 1
        self.unset = dict.fromkeys(CHOSEN, self.all)
        self.having: dict[str, dict[str, int]] = {name: defaultdict(int) for name in CHOSEN}
        self.wordless = self.undated = self.free = 0
        self.steps = 0
        self._by_term: dict[str, dict[str, list[tuple[int, Terms]]]] = {
            reading: defaultdict(list) for reading in READINGS
        }
        self._with_term: dict[str, dict[str, int]] = {reading: defaultdict(int) for reading in READINGS}
        self._saying: dict[Said, int] = {}
        for n, rule in enumerate(rules):
            self._file(1 << n, rule)

    def _file(self, bit: int, rule: Rule) -> None:
        for name, values in chosen(rule).items():
            self.unset[name] &= ~bit
            for value in values:
                self.having[name][value] |= bit
        self.wordless |= 0 if rule.words else bit
        self.free |= 0 if rule.without else bit
        self.undated |= 0 if rule.starts_on or rule.ends_on else bit
        for phrase in rule.words:
            for reading, needs in phrase.needs.items():
                if needs:
                    rarest = max(needs, key=lambda term: (len(term), term))
                    self._by_term[reading][rarest].append((bit, needs))
                    for term in whole(reading, needs):
                        self._with_term[reading][term] |= bit

    def saying(self, said: Said) -> int:
        """The rules one of whose phrases is surely found in what is said, and those that look at no words."""
        if said not in self._saying:
            reading, terms = said
            found = self.wordless
            for term in terms:
                for bit, needs in self._by_term[reading].get(term, ()):
                    if needs <= terms:
                        found |= bit
            self._saying[said] = found
        return self._saying[said]

    def covering(self, part: Part, among: int) -> int:
        """The rules among these that hold for every situation of the part."""
        found = among
        for name in CHOSEN:
            values = self._values(part, name)
            having = self.having[name]
            for value in values or ():
                found &= self.unset[name] | having.get(value, 0)
            if not values:
                found &= self.unset[name]
            if not found:
                return 0
        for said in part.words or ():
            found &= self.saying(said)
        if part.words is None:
            found &= self.wordless
        return self._unhindered(part, found)

    def overlapping(self, part: Part, among: int) -> int:
        """The rules among these that may hold for some of the part and are not for others: a wide net."""
        found = among
        for name in CHOSEN:
            values = self._values(part, name)
            near = self.unset[name]
            for value in values or ():
                near |= self.having[name].get(value, 0)
            found &= near
        if part.words is None:
            return found & self.wordless
        said = 0
        for one in part.words:
            said |= self.saying(one)
        return found & said

    def near(self, n: int) -> int:
        """The rules that may fit a situation of the n-th: none that surely cannot is left, others may be."""
        return self.near_to(self.rules[n]) & ~(1 << n)

    def near_to(self, rule: Rule) -> int:
        """The rules that share every condition both set, and one of whose phrases holds one of this rule's, or
        the reverse (`meeting.py`); those that look at no words are near to all."""
        found = self.all
        for name, values in chosen(rule).items():
            near = self.unset[name]
            for value in values:
                near |= self.having[name].get(value, 0)
            found &= near
        if rule.words:
            found &= self._heard(rule)
        return found

    def _heard(self, rule: Rule) -> int:
        found = self.wordless
        for phrase in rule.words:
            for reading in readings(rule):
                needs = phrase.needs.get(reading)
                if needs:
                    found |= self.saying((reading, whole(reading, needs))) | self._longer(reading, needs)
        return found

    def _longer(self, reading: str, needs: Terms) -> int:
        """The rules with a phrase that says all of these terms, and more."""
        found = self.all
        for term in needs:
            found &= self._with_term[reading].get(term, 0)
        return found

    def cover(self, part: Part, among: int) -> int:
        """Rules among these that together hold for all of the part; none if that is not proven."""
        self.steps = 0
        return self._cover(part, among)

    def _cover(self, part: Part, among: int) -> int:
        self.steps += 1
        found = self.covering(part, among)
        if found:
            return found & -found  # the first of them is enough
        among = self.overlapping(part, among)
        name = _widest(part)
        if not among or not name or self.steps > MOST_STEPS:
            return 0
        together = 0
        for one in _split(part, name):
            found = self._cover(one, among)
            if not found:
                return 0
            together |= found
        return together

    def _values(self, part: Part, name: str) -> frozenset[str]:
        """The values that the part may have; a commune tells its department."""
        values = part.chosen.get(name, frozenset())
        if name == "departments" and "communes" in part.chosen:
            return frozenset(map(department_of, part.chosen["communes"]))
        return values

    def _unhindered(self, part: Part, found: int) -> int:
        """Those of `found` that neither a date nor a phrase they must not hear keeps from holding."""
        sure = found & self.free & self.undated
        if sure:
            return sure
        for n in bits(found):
            rule = self.rules[n]
            dated = (rule.starts_on or date.min) <= part.starts and part.ends <= (rule.ends_on or date.max)
            if dated and all(_unsaid(phrase, part) for phrase in rule.without):
                return 1 << n
        return 0


def _unsaid(phrase: Phrase, part: Part) -> bool:
    """Whether the phrase is surely not said: whoever said it would have said what the part must not hear."""
    spoken = part.chosen.get("languages", frozenset())
    of = READINGS if not spoken or "en" in spoken else READINGS[:1]
    found = ((reading, phrase.needs.get(reading)) for reading in of)
    return all(excluded((reading, whole(reading, needs)), part.without) for reading, needs in found if needs)


def _widest(part: Part) -> str:
    """The condition to part by: the words first, then the one with the fewest values left."""
    if part.words and len(part.words) > 1:
        return "words"
    known = {"departments"} if "communes" in part.chosen else set()  # a commune tells its department
    several = {name: len(of) for name, of in part.chosen.items() if len(of) > 1 and name not in known}
    return min(several, key=lambda name: several[name]) if several else ""


def _split(part: Part, name: str) -> Iterator[Part]:
    """The part in parts of one value each; together they are all of it."""
    if name == "words":
        for said in part.words or ():
            english = {"languages": frozenset({"en"})} if said[0] == "en" else {}
            yield replace(part, words=(said,), chosen={**part.chosen, **english})
        return
    for value in sorted(part.chosen[name]):
        yield replace(part, chosen={**part.chosen, name: frozenset({value})})


def bits(found: int) -> Iterator[int]:
    """The places of the rules in a set of them, in order."""
    while found:
        lowest = found & -found
        yield lowest.bit_length() - 1
        found ^= lowest
