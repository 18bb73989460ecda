"""Publics: the small groups that some sheets are written for, and that a question may or may not name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from . import analysis

OTHER_PUBLIC = 0.88  # what a sheet for a public is worth when the question does not name it

Phrase = tuple[str, ...]


@cache
def publics(language: str) -> tuple[frozenset[Phrase], ...]:
    """Each public, as the phrases (in terms) that name it; read from `data/narrow_*.txt`."""
    path = analysis.DATA / f"narrow_{language}.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return tuple(
        frozenset(phrase for name in line.split("=") if (phrase := tuple(analysis.words(name, language))))
        for line in lines
        if line.strip() and not line.startswith("#")
    )


def named(terms: Sequence[str], language: str) -> set[int]:
    """The publics that `terms` name."""
    phrases = {tuple(terms[n : n + length]) for length in (1, 2, 3) for n in range(len(terms) - length + 1)}
    return {number for number, names in enumerate(publics(language)) if not phrases.isdisjoint(names)}
