"""How alike two names are: the same, reversed, one slip of the finger apart, or one shortened to its initial.

Sisters and brothers have nearly the same name: two given names that differ by their end (Louis, Louise; Léa, Léo) or
that are short are two people's, not a slip.
"""

from __future__ import annotations

import string
from itertools import pairwise, permutations

SAME, REVERSED, SLIP, INITIAL = "same_name", "reversed", "slip", "initial"
SHORTEST_WORD = 5  # below, every word is a slip away from another person's
MOST_WORDS = 4
LETTERS = string.ascii_lowercase + " "


def likeness(one: str, other: str) -> str:
    """Of two folded names (`names.name_key`): which of the four, or nothing."""
    if one == other:
        return SAME
    ours, theirs = one.split(), other.split()
    if sorted(ours) == sorted(theirs):
        return REVERSED
    if other in slips(one):
        return SLIP
    return INITIAL if _is_initial(ours, theirs) or _is_initial(theirs, ours) else ""


def reversals(name: str) -> set[str]:
    """The same words in every other order."""
    words = name.split()
    if not 2 <= len(words) <= MOST_WORDS:
        return set()
    return {" ".join(order) for order in permutations(words)} - {name}


def slips(name: str) -> set[str]:
    """Every name that one slip makes of this one, or would have made this one of."""
    words = name.split()
    found = {" ".join(kept) for n in range(len(words)) if (kept := _joined(words, n))}
    for n, word in enumerate(words):
        if len(word) < SHORTEST_WORD:
            continue
        for slipped in _slips_of(word, given=n == 0 and len(words) > 1):
            found.add(" ".join([*words[:n], slipped, *words[n + 1 :]]))
    return found - {name}


def _joined(words: list[str], n: int) -> list[str]:
    """« Ben Ali » typed « Benali »."""
    return [*words[:n], words[n] + words[n + 1], *words[n + 2 :]] if 0 < n < len(words) - 1 else []


def _slips_of(word: str, *, given: bool) -> set[str]:
    """A letter left out, added, replaced, or two swapped; not in the end of a given name, nor too short for one."""
    last = len(word) - 2 if given else len(word)
    made = {word[:n] + word[n + 1 :] for n in range(last)}
    made |= {word[:n] + b + a + word[n + 2 :] for n, (a, b) in enumerate(pairwise(word)) if n + 1 < last}
    for letter in LETTERS:
        made |= {word[:n] + letter + word[n + 1 :] for n in range(last)}
        made |= {word[:n] + letter + word[n:] for n in range(last + (not given))}
    spaced = {one for one in made if one.startswith(" ") or one.endswith(" ") or (given and " " in one)}
    return {one for one in made - spaced if len(one) >= SHORTEST_WORD}


def _is_initial(short: list[str], whole: list[str]) -> bool:
    """« A. Benali » for « Aïcha Benali »."""
    if len(short) != len(whole) or len(short) < 2 or short[1:] != whole[1:]:
        return False
    first = short[0].rstrip(".")
    return len(first) == 1 and whole[0].startswith(first)
