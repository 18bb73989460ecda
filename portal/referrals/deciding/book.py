"""The rules of one organization, filed so that those which fit are found without looking at the others.

Each condition keeps, for each value it may have, the numbers of the rules that name it: a situation crosses out
all rules of other values in a few strokes over arrays. Phrases are filed by a term that each of them needs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from portal.referrals.deciding.phrases import Phrase, Terms, fitting
from portal.referrals.deciding.rule import CHOSEN, Match, Rule
from portal.referrals.deciding.situations import Situation

Flags = NDArray[np.bool_]
Numbers = NDArray[np.int32]


class Book:
    """The rules in force of one organization, in order."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = sorted(rules, key=lambda rule: rule.order)
        self._chosen = [chosen for name in CHOSEN if (chosen := _Chosen(name, self.rules)).used]
        self._wordless = np.array([not rule.words for rule in self.rules], np.bool_)
        self._asked = _Filed([rule.words for rule in self.rules])
        self._barred = _Filed([rule.without for rule in self.rules])
        first, last = date.min, date.max
        self._starts = np.array([(rule.starts_on or first).toordinal() for rule in self.rules], np.int32)
        self._ends = np.array([(rule.ends_on or last).toordinal() for rule in self.rules], np.int32)

    def fitting(self, situation: Situation) -> Iterator[Match]:
        """The rules that fit, in order."""
        for rule in self._left(situation):
            yield Match(rule, fitting(rule.words, situation.said))

    def asking(self, situation: Situation, names: Collection[str]) -> dict[str, frozenset[str]]:
        """What else would decide: of these conditions, the values that the rules name which fit but for them."""
        rules = list(self._left(situation, without=names))
        return {name: frozenset(value for rule in rules for value in rule.asked(name)) for name in names}

    def _left(self, situation: Situation, without: Collection[str] = ()) -> Iterator[Rule]:
        day = situation.at.toordinal()
        left = (self._starts <= day) & (day <= self._ends)
        for chosen in self._chosen:
            if chosen.name not in without:
                left &= chosen.holding(situation)
        left &= self._wordless | self._asked.heard(situation.said, len(left))
        left &= ~self._barred.heard(situation.said, len(left))
        yield from (self.rules[n] for n in np.flatnonzero(left).tolist())

    def with_rule(self, rule: Rule) -> Book:
        """This book with `rule` in the place of its version in force."""
        return Book([*self.without(rule.rule_id).rules, rule])

    def without(self, rule_id: int) -> Book:
        """This book were the rule not in force."""
        return Book([other for other in self.rules if other.rule_id != rule_id])


class _Chosen:
    """A condition that names values: the rules that do not set it, and those that name each value."""

    def __init__(self, name: str, rules: Sequence[Rule]) -> None:
        self.name = name
        self.unset = np.array([not rule.asked(name) for rule in rules], np.bool_)
        self.used = not self.unset.all()
        named: dict[str, list[int]] = defaultdict(list)
        for n, rule in enumerate(rules):
            for value in rule.asked(name):
                named[value].append(n)
        self.named = {value: np.array(numbers, np.int32) for value, numbers in named.items()}

    def holding(self, situation: Situation) -> Flags:
        found = self.unset.copy()
        for value in situation.values(self.name):
            if value in self.named:
                found[self.named[value]] = True
        return found


class _Filed:
    """Phrases of rules, each under the longest of the terms it needs, which is likely the rarest."""

    def __init__(self, phrases: Iterable[Sequence[Phrase]]) -> None:
        filed: dict[tuple[str, Terms], list[int]] = defaultdict(list)
        for n, of_rule in enumerate(phrases):
            for reading, needs in ((of, needs) for one in of_rule for of, needs in one.needs.items()):
                if needs:
                    filed[reading, needs].append(n)
        self._drawers: dict[str, dict[str, list[tuple[Terms, Numbers]]]] = {}
        for (reading, needs), rules in filed.items():
            term = max(needs, key=lambda term: (len(term), term))
            drawer = self._drawers.setdefault(reading, {}).setdefault(term, [])
            drawer.append((needs, np.array(rules, np.int32)))

    def heard(self, said: Mapping[str, Terms], size: int) -> Flags:
        """The rules of which a phrase was said."""
        found = np.zeros(size, np.bool_)
        for reading, terms in said.items():
            drawers = self._drawers.get(reading, {})
            for term in drawers.keys() & terms:
                for needs, rules in drawers[term]:
                    if needs <= terms:
                        found[rules] = True
        return found
