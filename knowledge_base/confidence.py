"""How sure an answer is: whether it may be sent before anybody has read the question."""

from __future__ import annotations

from typing import NamedTuple

from .question import Question
from .snapshot import Snapshot

THRESHOLD = 0.5


class Confidence(NamedTuple):
    """An estimate between 0 and 1, and whether it passes the measured threshold."""

    value: float
    sure: bool


def confidence(snapshot: Snapshot, question: Question, best: list[tuple[float, int, int]]) -> Confidence:
    """The confidence in the first of `best`, as (score, segment, entry)."""
    return Confidence(0.0, False)
