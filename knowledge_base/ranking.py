"""Ranking: what each entry is worth for a question."""

from __future__ import annotations

import numpy as np

from .folding import SATURATION, Floats, Ints, Segment, Vocabulary
from .publics import OTHER_PUBLIC, named
from .question import Question
from .snapshot import Snapshot
from .synonyms import Phrase

# Measured on three sets at once: bench/README.md.
MEANT = 0.7  # what may have been meant, against what was said
PHRASE = 0.3  # how fast a phrase of several words loses against one word, being worth more to begin with
BOTH = 0.4  # what the weaker of two ways to say a thing still adds
PAIR = 0.3  # two words side by side, against one word
PAIR_LENGTH = 0.9  # how much a text's length tells for pairs (B of BM25)
_PAIRS_KEPT = 20_000


def score(snapshot: Snapshot, question: Question) -> list[Floats]:
    """The score of every entry, segment by segment: any word suffices, all are added."""
    addressed = named(question.said, question.language)
    found = []
    for segment, worth in zip(snapshot.segments, snapshot.worth, strict=True):
        total = _score(segment, snapshot.vocabulary, question)
        total *= worth
        for (language, public), entries in segment.publics.items():
            if public in addressed and language == question.language:
                total[entries] /= OTHER_PUBLIC
        found.append(total)
    return found


def _score(segment: Segment, vocabulary: Vocabulary, question: Question) -> Floats:
    total = np.zeros(segment.size, np.float32)
    tag = question.language + ":"
    for said, *others in question.readings:
        if others:
            total += _best_reading(segment, vocabulary, tag, [said, *others])
        else:
            _add(total, segment, vocabulary, tag, said)
    for (first, second), weight in question.pairs.items():
        one, two = vocabulary.get(tag + first), vocabulary.get(tag + second)
        if one is not None and two is not None:
            _add_pair(total, segment, one, two, weight)
    return total


def _best_reading(segment: Segment, vocabulary: Vocabulary, tag: str, phrases: list[Phrase]) -> Floats:
    """What a part of the question is worth said this way or another: the best counts, not their sum."""
    said, *others = phrases
    best = _add(np.zeros(segment.size, np.float32), segment, vocabulary, tag, said)
    for other in others:
        meant = _add(np.zeros(segment.size, np.float32), segment, vocabulary, tag, other)
        meant *= MEANT / len(other) ** PHRASE
        weaker = np.minimum(best, meant)
        np.maximum(best, meant, out=best)
        best += BOTH * weaker
    return best


def _add(total: Floats, segment: Segment, vocabulary: Vocabulary, tag: str, terms: Phrase) -> Floats:
    for term in terms:
        number = vocabulary.get(tag + term)
        if number is not None:
            entries, weights = segment.term(number)
            total[entries] += weights
    return total


def _add_pair(total: Floats, segment: Segment, first: int, second: int, weight: float) -> None:
    found = segment.pairs.get((first, second))
    if found is None:
        if len(segment.pairs) >= _PAIRS_KEPT:
            segment.pairs.clear()
        found = segment.pairs[first, second] = _weigh_pair(segment, first, second)
    entries, weights = found
    if len(entries):
        total[entries] += weights * np.float32(weight)


def _weigh_pair(segment: Segment, first: int, second: int) -> tuple[Ints, Floats]:
    """The entries where two terms stand side by side, and what that is worth in each."""
    entries, counts = segment.side_by_side(first, second)
    rarity = np.log1p((segment.size - len(entries) + 0.5) / (len(entries) + 0.5))
    norm = SATURATION * (1 - PAIR_LENGTH + PAIR_LENGTH * segment.relative_lengths[entries])
    return entries, (PAIR * rarity * counts * (SATURATION + 1) / (counts + norm)).astype(np.float32)
