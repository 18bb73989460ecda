"""Slips of the finger, the same at each run."""

from __future__ import annotations

import random
import string


def slip(question: str, chance: random.Random) -> str:
    """`question` with one random edit in one word: a letter struck out, added, replaced, or two swapped."""
    words = question.split(" ")
    at = chance.choice([n for n, word in enumerate(words) if len(word) >= 3] or list(range(len(words))))
    words[at] = _edited(words[at], chance)
    return " ".join(words)


def _edited(word: str, chance: random.Random) -> str:
    letter, place = chance.choice(string.ascii_lowercase), chance.randrange(max(len(word), 1))
    swap = min(place, max(len(word) - 2, 0))
    edits = (
        word[:place] + word[place + 1 :],
        word[:place] + letter + word[place:],
        word[:place] + letter + word[place + 1 :],
        word[:swap] + word[swap : swap + 2][::-1] + word[swap + 2 :],
    )
    return chance.choice(edits)
