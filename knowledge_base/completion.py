"""Completion while typing: titles, headings and frequent questions that begin like what was typed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from . import analysis

_LONGEST = 100
_WORDS_IN = 6  # a text is found from its first words, not from its twentieth


class Completer:
    """Texts filed under each place where one of their words begins, folded."""

    def __init__(self, texts: Iterable[tuple[str, float]]) -> None:
        worth: dict[str, float] = {}
        for text, value in texts:
            shown = " ".join(text.split())
            if 2 < len(shown) <= _LONGEST:
                worth[shown] = max(worth.get(shown, 0.0), value)
        self._texts = list(worth.items())
        filed = []
        for number, (text, _) in enumerate(self._texts):
            folded = key(text)
            starts = [0, *(n + 1 for n, c in enumerate(folded) if c == " ")][:_WORDS_IN]
            filed += [(folded[start:], bool(start), number) for start in starts]
        filed.sort()
        self._filed = filed

    def find(self, beginning: str) -> list[tuple[float, str]]:
        """(worth, text) of what `beginning` may begin; what begins with it comes before what only holds it."""
        wanted = key(beginning)
        if not wanted:
            return []
        found: dict[int, float] = {}
        for folded, inside, number in self._filed[bisect_left(self._filed, (wanted,)) :]:
            if not folded.startswith(wanted):
                break
            value = self._texts[number][1] * (1.0 if inside else 3.0)
            found[number] = max(found.get(number, 0.0), value)
        return [(value, self._texts[number][0]) for number, value in found.items()]


def key(text: str) -> str:
    """`text` as completion compares it: folded words, one space between."""
    return " ".join(analysis.fold(word) for word in analysis.raw_words(analysis.spaced(text)))
