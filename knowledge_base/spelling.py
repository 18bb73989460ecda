"""Spelling: the words of the corpus as they are written, and the one nearest to a word nobody wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

import numpy as np

from .analysis import Analyzer, fold

_SHORTEST = 3
_ABBREVIATION = 2  # letters: the shortest word that a guess may be
_LONGEST = 40  # letters of a word worth mending; the time it takes grows with their square
_LONGEST_GUESSED = 20


class Filed:
    """Words filed under what is left of them when any one letter is struck out.

    A word asked for is struck the same way, and those that meet are at most two edits apart. The keys are kept
    as sorted numbers: 12 bytes each.
    """

    def __init__(self, words: list[str]) -> None:
        self._words = words
        keys: list[int] = []
        numbers: list[int] = []
        for number, word in enumerate(words):
            struck = _struck(word)
            keys += struck
            numbers += [number] * len(struck)
        order = np.argsort(np.array(keys, np.int64), kind="stable")
        self._keys = np.array(keys, np.int64)[order]
        self._numbers = np.array(numbers, np.int32)[order]

    def near(self, word: str) -> set[str]:
        """The words one edit away: a letter too many, missing or wrong, or two swapped."""
        found: set[str] = set()
        for key in _struck(word):
            first, last = np.searchsorted(self._keys, [key, key + 1])
            found.update(self._words[number] for number in self._numbers[first:last])
        return {other for other in found if other != word and one_edit_apart(word, other)}


class Speller:
    """The words of one segment as they are written, and those near to a word nobody wrote."""

    def __init__(self, written: Counter[str], analyzer: Analyzer) -> None:
        self.forms: dict[str, str] = {}  # folded word -> as it is written most often
        self.counts: Counter[str] = Counter()
        self._collect(written, analyzer)
        words = [word for word in self.forms if _is_plain(word)]
        self.stems: dict[str, str] = {}  # stem -> its most frequent word
        for word in sorted(words, key=lambda word: self.counts[word]):
            self.stems[analyzer.stem(word)] = word
        self._words = Filed([word for word in self.forms if _may_be_guessed(word)])
        self._stems = Filed([stem for stem in self.stems if stem not in self.forms])

    def _collect(self, written: Counter[str], analyzer: Analyzer) -> None:
        best: dict[str, int] = {}
        for raw, count in written.items():
            for part in analyzer.parts(raw):
                self.counts[part] += count
                if count > best.get(part, 0):
                    best[part] = count
                    form = raw.replace("’", "'").rsplit("'", 1)[-1]
                    self.forms[part] = form if fold(form) == part else part

    def near(self, word: str, stem: str) -> set[str]:
        """The words one edit away from the folded `word`, else those whose stem is one edit away from its stem."""
        words = {other for other in self._words.near(word) if _is_plain(other)}
        return words or {self.stems[other] for other in self._stems.near(stem)}

    def near_at_all(self, word: str) -> set[str]:
        """The words one edit away, codes and abbreviations too; else those one edit away once a letter is out."""
        near = self._words.near(word)
        if near or len(word) < 2 * _SHORTEST:
            return near
        shorter = (word[:n] + word[n + 1 :] for n in range(len(word)))
        return set().union(*(self._words.near(one) for one in shorter))


class Spelling:
    """The spelling of a whole collection: the spellers of its segments, asked together."""

    def __init__(self, spellers: list[Speller]) -> None:
        self._spellers = spellers

    def count(self, word: str) -> int:
        """How many entries hold this folded word."""
        return sum(speller.counts.get(word, 0) for speller in self._spellers)

    def form(self, word: str) -> str:
        """A folded word as it is written, with its accents."""
        return next((speller.forms[word] for speller in self._spellers if word in speller.forms), word)

    def nearest(self, word: str, stem: str) -> str | None:
        """The likeliest word one edit away from the folded `word`."""
        if not _is_plain(word) or len(word) > _LONGEST:
            return None
        near = set().union(*(speller.near(word, stem) for speller in self._spellers))
        return self._likeliest(word, near)

    def guess(self, word: str, stop_words: Collection[str]) -> str | None:
        """What `word` may be when nothing in the question is known: further from it than `nearest` goes."""
        if not _ABBREVIATION <= len(word) <= _LONGEST_GUESSED:
            return None
        near = set().union(*(speller.near_at_all(word) for speller in self._spellers))
        return self._likeliest(word, near.difference(stop_words))

    def _likeliest(self, word: str, near: Iterable[str]) -> str | None:
        return max(near, key=lambda other: (self._worth(word, other), other), default=None)

    def _worth(self, word: str, other: str) -> float:
        """First letters are seldom mistyped, and two letters swapped are the commonest slip."""
        swapped = len(word) == len(other) and sorted(word) == sorted(other)
        return self.count(other) * (4.0 if other[0] == word[0] else 1.0) * (4.0 if swapped else 1.0)

    def split(self, word: str) -> tuple[str, str] | None:
        """`word` as two words of the corpus run together: « autoentrepreneur »."""
        best, worth = None, 0
        if len(word) > _LONGEST:
            return None
        for cut in range(_SHORTEST, len(word) - _SHORTEST + 1):
            left, right = word[:cut], word[cut:]
            rarer = min(self.count(left), self.count(right))
            if rarer > worth:
                best, worth = (left, right), rarer
        return best

    def beginning(self, word: str) -> str | None:
        """The longest beginning of `word` that is a word: « cumulvemplois » still says « cumul »."""
        lengths = range(min(len(word) - 1, _LONGEST), _SHORTEST, -1)
        return next((word[:length] for length in lengths if self.count(word[:length])), None)


def _is_plain(word: str) -> bool:
    """A word of letters, long enough for its neighbours to be slips and not other words."""
    return len(word) >= _SHORTEST and word.isalpha()


def _may_be_guessed(word: str) -> bool:
    """Also abbreviations, and codes that have a letter: « AT », « CD2I »."""
    return len(word) >= _ABBREVIATION and word.isalnum() and not word.isdigit()


def one_edit_apart(word: str, other: str) -> bool:
    """Whether one letter added, struck out, replaced, or two neighbours swapped make `other` of `word`."""
    if len(word) > len(other):
        word, other = other, word
    if len(other) - len(word) > 1:
        return False
    at = next((n for n, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), len(word))
    if len(word) < len(other):
        return word[at:] == other[at + 1 :]
    if word[at + 1 :] == other[at + 1 :]:
        return True
    swapped = word[at + 1 : at + 2] + word[at : at + 1]
    return swapped == other[at : at + 2] and word[at + 2 :] == other[at + 2 :]


def _struck(word: str) -> list[int]:
    """Numbers for `word` and for what is left of it when any one letter is struck out."""
    return [hash(word) >> 1, *{hash(word[:n] + word[n + 1 :]) >> 1 for n in range(len(word))}]
