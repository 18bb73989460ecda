"""Highlights: the passage of an entry that answers, and which of its words were asked for."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from . import analysis
from .folding import Ints

Parts = tuple[tuple[str, bool], ...]
_WINDOW = 28  # terms a passage may hold
_LONGEST = 240  # letters
_MOST_MATCHES = 120  # looked at: what answers seldom stands at the very end
_MARKUP = re.compile(r"[#*_`>|]+|\]\([^)]*\)|\[|\s+")


def marked(text: str, terms: frozenset[str], language: str) -> Parts:
    """`text` in parts, told apart by whether they were asked for; accents and endings do not matter."""
    parts: list[tuple[str, bool]] = []
    shown = 0
    for word in analysis.words_with_places(text, language):
        if not terms.isdisjoint(word.terms):
            if word.start > shown:
                parts.append((text[shown : word.start], False))
            parts.append((text[word.start : word.end], True))
            shown = word.end
    if shown < len(text):
        parts.append((text[shown:], False))
    return tuple(parts)


def snippet(record: dict[str, Any], text: Ints, wanted: Ints, terms: frozenset[str]) -> Parts:
    """The passage of the entry's text where most of what was asked for stands together, else its summary.

    `text` are the numbers of the text's terms in their order, `wanted` those of `terms`.
    """
    language, body = record["language"], record["body"]
    window = _best_window(text, wanted)
    if window is None:
        passage = record["summary"] or _plain(body[: 2 * _LONGEST])
        return marked(_cut(passage), terms, language)
    start = _sentence_start(body, int(np.frombuffer(record["places"], np.uint32)[window]))
    passage = _cut(_plain(body[start : start + 3 * _LONGEST]))
    return marked(("… " if start else "") + passage, terms, language)


def _best_window(text: Ints, wanted: Ints) -> int | None:
    """Where the passage with most different terms begins (its first term); None where there is none."""
    here = np.zeros(len(text), bool)
    for number in wanted:
        here |= text == number
    places = np.flatnonzero(here)[:_MOST_MATCHES].tolist()
    found = text[places].tolist()
    best, best_worth, first, different = None, 0.0, 0, 0
    inside = dict.fromkeys(found, 0)
    for last, place in enumerate(places):
        different += not inside[found[last]]
        inside[found[last]] += 1
        while place - places[first] > _WINDOW:
            inside[found[first]] -= 1
            different -= not inside[found[first]]
            first += 1
        worth = different + 0.1 * min(last - first, 8)
        if worth > best_worth:
            best, best_worth = places[first], worth
    return best


def _sentence_start(body: str, place: int) -> int:
    """The beginning of the sentence or line around `place`, if near enough."""
    before = body[max(place - 100, 0) : place]
    cut = max(before.rfind("\n"), before.rfind(". ") + 1, before.rfind("? ") + 1)
    if cut <= 0 and place > 100:
        cut = before.rfind(" ", 0, 60)
    return max(place - 100, 0) + max(cut, 0)


def _plain(text: str) -> str:
    """Markdown without its signs, on one line."""
    return " ".join(_MARKUP.sub(" ", text).split())


def _cut(text: str) -> str:
    """At most `_LONGEST` letters, ending with a whole word."""
    if len(text) <= _LONGEST:
        return text
    return text[:_LONGEST].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"
