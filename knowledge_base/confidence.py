"""How sure an answer is: whether it may be sent before anybody has read the question.

Three shares tell most of it: how much of the question stands in the first title, how much of the second title
was asked for, and how far the fifth entry stays behind. They are weighed by a logistic curve fitted on open
questions (bench/README.md has the figures). Before that, a question most of whose words the first entry does not
hold, that asks for little of a title, or whose one word is a small part of one, is never sure: so are thanks, names
and distress kept out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from . import analysis
from .question import Question
from .snapshot import Snapshot

THRESHOLD = 0.81
WEIGHTS = {"asked_in_first": 2.12, "second_asked": 1.98, "fifth_behind": 4.51}
BIAS = -2.76
_HELD = 0.8  # of the question's weight, by the first entry
_TITLED = 0.3  # of the question's weight, by its title
_OF_TITLE = 0.25  # of its title's weight, by the question
_ONE_WORD = 0.7  # of the title's weight, by a question of one word
_ENDING = 2  # letters
_REWORDED = 0.8  # what a phrase that stands for what was said counts

Place = tuple[float, int, int]


class Confidence(NamedTuple):
    """An estimate between 0 and 1, and whether it passes the measured threshold."""

    value: float
    sure: bool


def confidence(snapshot: Snapshot, question: Question, best: list[Place]) -> Confidence:
    """The confidence in the first of `best`, which are in the order shown."""
    if not best or not question.said or question.guessed:
        return Confidence(0.0, False)
    first, second = (Title(snapshot, question, place) for place in (best[0], best[min(1, len(best) - 1)]))
    scores = sorted((score for score, _, _ in best), reverse=True)
    fifth = scores[4] if len(scores) > 4 else 0.0
    shares = {
        "asked_in_first": first.asked(),
        "second_asked": second.of_it() if len(best) > 1 else 0.0,
        "fifth_behind": 1 - fifth / scores[0],
    }
    value = 1 / (1 + math.exp(-BIAS - sum(WEIGHTS[name] * share for name, share in shares.items())))
    possible = (
        shares["asked_in_first"] >= _TITLED
        and first.of_it() >= _OF_TITLE
        and _held(snapshot, question, best[0]) >= _HELD
        and (
            len(set(question.said)) > 1 or (first.of_it() >= _ONE_WORD and first.has_word(question.words[0]))
        )
    )
    return Confidence(value, possible and value >= THRESHOLD)


class Title:
    """A title against a question."""

    def __init__(self, snapshot: Snapshot, question: Question, place: Place) -> None:
        self._rarity = _Rarity(snapshot, question.language)
        self._question = question
        _, segment, number = place
        self._title = snapshot.segments[segment].titles[number]
        self._terms = set(analysis.words(self._title, question.language))

    def asked(self) -> float:
        """How much of the question's weight stands in the title, said this way or another."""
        whole = found = 0.0
        for said, *others in self._question.readings:
            weight = self._rarity.of(set(said))
            there = self._rarity.of(set(said) & self._terms)
            if any(self._terms.issuperset(other) for other in others):
                there = max(there, _REWORDED * weight)
            whole += weight
            found += there
        return found / whole if whole else 0.0

    def said(self) -> set[str]:
        """The words said that stand in the title."""
        return set(self._question.said) & self._terms

    def of_it(self) -> float:
        """How much of the title's weight was asked for."""
        asked: set[str] = set()
        for said, *others in self._question.readings:
            asked |= set(said) & self._terms
            asked |= {term for other in others if self._terms.issuperset(other) for term in other}
        return self._rarity.of(asked) / (self._rarity.of(self._terms) or 1.0)

    def has_word(self, word: str) -> bool:
        """Whether the title holds the word itself, but for an ending: « test » is not « testament »."""
        others = analysis.plain_words(self._title, self._question.language)
        return any(
            abs(len(word) - len(other)) <= _ENDING and (word.startswith(other) or other.startswith(word))
            for other in others
        )


class _Rarity:
    """What terms weigh: the rarer, the more."""

    def __init__(self, snapshot: Snapshot, language: str) -> None:
        self._snapshot = snapshot
        self._tag = language + ":"

    def of(self, terms: Iterable[str]) -> float:
        """The weight of `terms` together."""
        return sum(self._snapshot.rarity(self._tag + term) for term in terms)


def held(snapshot: Snapshot, question: Question, place: Place) -> set[str]:
    """What was said that the entry holds, wherever."""
    _, segment, number = place
    there = set()
    for term in set(question.said):
        known = snapshot.vocabulary.get(f"{question.language}:{term}")
        if known is not None:
            entries, _ = snapshot.segments[segment].term(known)
            at = int(np.searchsorted(entries, number))
            if at < len(entries) and entries[at] == number:
                there.add(term)
    return there


def _held(snapshot: Snapshot, question: Question, place: Place) -> float:
    """How much of the question's weight the entry holds."""
    rarity = _Rarity(snapshot, question.language)
    return rarity.of(held(snapshot, question, place)) / (rarity.of(set(question.said)) or 1.0)
