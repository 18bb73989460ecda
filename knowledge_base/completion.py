"""Completion while typing: titles, headings and frequent questions that begin like what was typed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

import numpy as np

from . import analysis

_LONGEST = 100
_WORDS_IN = 6  # a text is found from its first words, not from its twentieth
_AT_ITS_BEGINNING = 3.0  # what begins with what was typed comes before what only holds it


class Completer:
    """Texts filed under each place where one of their words begins, folded."""

    def __init__(self, texts: Iterable[tuple[str, float]]) -> None:
        worth: dict[str, float] = {}
        for text, value in texts:
            shown = " ".join(text.split())
            if 2 < len(shown) <= _LONGEST:
                worth[shown] = max(worth.get(shown, 0.0), value)
        self._texts = list(worth)
        filed: list[tuple[str, float, int]] = []
        for number, (text, value) in enumerate(worth.items()):
            folded = key(text)
            starts = [0, *(n + 1 for n, c in enumerate(folded) if c == " ")][:_WORDS_IN]
            filed += [(folded[s:], value if s else value * _AT_ITS_BEGINNING, number) for s in starts]
        filed.sort()
        self._filed = [folded for folded, _, _ in filed]
        self._numbers = [number for _, _, number in filed]
        self._worth = np.array([value for _, value, _ in filed], np.float32)
        order = sorted(range(len(filed)), key=lambda n: in_order((filed[n][1], self._texts[filed[n][2]])))
        self._ranks = np.empty(len(filed), np.int32)
        self._ranks[order] = np.arange(len(filed), dtype=np.int32)

    def find(self, beginning: str, limit: int) -> list[tuple[float, str]]:
        """The `limit` best (worth, text) of what `beginning` may begin."""
        wanted = key(beginning)
        if not wanted:
            return []
        first = bisect_left(self._filed, wanted)
        last = bisect_left(self._filed, wanted + chr(0x10FFFF), first)
        several = limit * _WORDS_IN  # one text may be filed here more than once
        ranks = self._ranks[first:last]
        best = np.argpartition(ranks, several)[:several] if len(ranks) > several else np.arange(len(ranks))
        found: dict[str, float] = {}
        for place in (best + first).tolist():
            text, value = self._texts[self._numbers[place]], float(self._worth[place])
            found[text] = max(found.get(text, 0.0), value)
        return sorted(((value, text) for text, value in found.items()), key=in_order)[:limit]


def in_order(found: tuple[float, str]) -> tuple[float, int, str]:
    """Completions, the best first; of two as good the shorter."""
    value, text = found
    return -value, len(text), text


def key(text: str) -> str:
    """`text` as completion compares it: folded words, one space between."""
    return " ".join(analysis.fold(word) for word in analysis.raw_words(analysis.spaced(text)))
