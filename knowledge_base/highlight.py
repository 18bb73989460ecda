"""Highlights: the passage of an entry that answers, and which of its words were asked for."""

from __future__ import annotations

import re
from array import array
from typing import Any

from . import analysis

Parts = tuple[tuple[str, bool], ...]
_WINDOW = 28  # terms a passage may hold
_LONGEST = 240  # letters
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


def snippet(record: dict[str, Any], terms: frozenset[str]) -> Parts:
    """The passage of the entry's text where most of `terms` stand together, else its summary or its beginning."""
    language, body = record["language"], record["body"]
    window = _best_window(record["text_terms"].split(" "), terms)
    if window is None:
        passage = record["summary"] or _plain(body[: 2 * _LONGEST])
        return marked(_cut(passage), terms, language)
    places = array("I")
    places.frombytes(record["places"])
    start = _sentence_start(body, places[window])
    passage = _cut(_plain(body[start : start + 3 * _LONGEST]))
    return marked(("… " if start else "") + passage, terms, language)


def _best_window(stream: list[str], terms: frozenset[str]) -> int | None:
    """Where the passage with most different terms begins (its first term); None where there is none."""
    hits = [(n, term) for n, term in enumerate(stream) if term in terms]
    best, best_worth, first = None, 0.0, 0
    for last in range(len(hits)):
        while hits[last][0] - hits[first][0] > _WINDOW:
            first += 1
        inside = hits[first : last + 1]
        worth = len({term for _, term in inside}) + 0.1 * min(len(inside), 8)
        if worth > best_worth:
            best, best_worth = hits[first][0], worth
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
