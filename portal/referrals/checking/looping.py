"""Loops across organizations: the rules of A send to B, those of B send the same situation to A, by any way round."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from portal.referrals.checking.covering import Index, bits
from portal.referrals.checking.facts import Facts
from portal.referrals.checking.meeting import meet
from portal.referrals.deciding.book import Book
from portal.referrals.deciding.rule import Rule
from portal.referrals.deciding.situations import Situation

MOST_NEXT = 30  # rules of the next organization that are followed, of one rule
MOST_ROUNDS = 8  # organizations on one way round


class Loop(NamedTuple):
    """The rules that decide, in turn, and a situation they send round."""

    rules: list[Rule]
    situation: Situation


class Loops:
    """The books of all organizations, and which of them each rule sends to."""

    def __init__(self, books: dict[int, Book], organization_id: int, facts: Facts) -> None:
        self.books, self.organization_id, self.facts = books, organization_id, facts
        self._indexes: dict[int, Index] = {}
        self._told: set[frozenset[int]] = set()

    def of(self, rule: Rule) -> Iterator[Loop]:
        """The loops that begin with the rule; each is told once, whichever of its rules it is asked of."""
        if len(self.books) > 1:
            yield from self._follow([rule], [self.organization_id])

    def _follow(self, way: list[Rule], through: list[int]) -> Iterator[Loop]:
        following = self._sent_to(way[-1])
        if following is None or following == through[-1] or following not in self.books:
            return
        if following in through:
            yield from self._confirmed(way)
            return
        if len(way) < MOST_ROUNDS:
            index = self._index(following)
            for n in islice(bits(index.near_to(way[-1])), MOST_NEXT):
                yield from self._follow([*way, index.rules[n]], [*through, following])

    def _confirmed(self, way: list[Rule]) -> Iterator[Loop]:
        """The loop that a situation fit for all these rules really takes, as the books decide; if it is one."""
        situation = meet(way, self.facts.today)
        decided = self._go(situation) if situation else []
        mark = frozenset(rule.rule_id for rule in decided)
        if situation and decided and mark not in self._told:
            self._told.add(mark)
            yield Loop(decided, situation)

    def _go(self, situation: Situation) -> list[Rule]:
        """The rules that decide one after the other, if the last sends back to where somebody already was."""
        here, seen, decided = self.organization_id, [self.organization_id], []
        while True:
            rule = self._first(here, situation)
            following = self._sent_to(rule, situation.commune) if rule else None
            if rule is None or following is None or following == here or following not in self.books:
                return []
            decided.append(rule)
            if following in seen:
                return decided[seen.index(following) :]
            seen.append(following)
            here = following

    def _first(self, organization_id: int, situation: Situation) -> Rule | None:
        for match in self.books[organization_id].fitting(situation):
            office = self.facts.services.get(match.rule.service_id or 0)
            here = office and (not situation.commune or self._serves(office.id, [situation.commune]))
            if match.rule.service_id is None or (office and office.open and here):
                return match.rule
        return None

    def _sent_to(self, rule: Rule, commune: str = "") -> int | None:
        """The organization that the rule sends to. A kind is followed where one office stands for it."""
        if rule.service_id is not None:
            office = self.facts.services.get(rule.service_id)
            return office.organization_id if office and office.open else None
        places = [commune] if commune else sorted(rule.communes)
        known = (
            office for office in self.facts.services.values() if office.open and office.kind == rule.kind
        )
        offices = [one for one in known if not places or self._serves(one.id, places)]
        found = {office.organization_id for office in offices}
        return found.pop() if len(found) == 1 else None

    def _serves(self, service_id: int, places: list[str]) -> bool:
        return any(self.facts.serves(service_id, place) for place in places)

    def _index(self, organization_id: int) -> Index:
        if organization_id not in self._indexes:
            rules = self.books[organization_id].rules
            self._indexes[organization_id] = Index(rules)
        return self._indexes[organization_id]
