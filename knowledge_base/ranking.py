"""Ranking: what each entry is worth for a question."""

from __future__ import annotations

import numpy as np

from .folding import SATURATION, Floats, Segment
from .question import Question
from .snapshot import Snapshot

PAIR = 0.3  # two words of the question side by side, against one word of the text
_PAIR_LENGTH = 0.9


def score(snapshot: Snapshot, question: Question) -> list[Floats]:
    """The score of every entry, segment by segment: any word suffices, all are added."""
    return [
        _score(segment, worth, snapshot, question)
        for segment, worth in zip(snapshot.segments, snapshot.worth, strict=True)
    ]


def _score(segment: Segment, worth: Floats, snapshot: Snapshot, question: Question) -> Floats:
    total = np.zeros(segment.size, np.float32)
    number, tag = snapshot.vocabulary.get, question.language + ":"
    for term, weight in question.terms.items():
        known = number(tag + term)
        if known is not None:
            entries, weights = segment.term(known)
            total[entries] += weights if weight == 1.0 else weight * weights
    for (first, second), weight in question.pairs.items():
        one, two = number(tag + first), number(tag + second)
        if one is not None and two is not None:
            _add_pair(total, segment, one, two, weight)
    total *= worth
    return total


def _add_pair(total: Floats, segment: Segment, first: int, second: int, weight: float) -> None:
    entries, counts = segment.side_by_side(first, second)
    if len(entries):
        rarity = np.log1p((segment.size - len(entries) + 0.5) / (len(entries) + 0.5))
        norm = SATURATION * (1 - _PAIR_LENGTH + _PAIR_LENGTH * segment.relative_lengths[entries])
        total[entries] += PAIR * weight * rarity * counts * (SATURATION + 1) / (counts + norm)
