"""Names that differ from what was typed by one slip of the finger: a letter left out, added, replaced, or two swapped.

A slip leaves one half of a name as it was. Names are therefore kept in order by their length, forwards and
backwards: what begins or ends as the typed name does is found by bisection, and only that is compared.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator

LAST = "\U0010ffff"
SHORTEST = 3  # below, every name is a slip away from every other


class Names:
    """Names to be found again in spite of one slip."""

    def __init__(self, names: Iterable[str]) -> None:
        forwards: dict[int, list[str]] = defaultdict(list)
        for name in sorted(set(names)):
            forwards[len(name)].append(name)
        self._forwards = dict(forwards)
        self._backwards = {length: sorted(name[::-1] for name in some) for length, some in forwards.items()}

    def near(self, typed: str) -> list[str]:
        """The names one slip away from `typed`."""
        if len(typed) < SHORTEST:
            return []
        found = {name for name in self._candidates(typed) if one_slip(typed, name)}
        return sorted(found)

    def _candidates(self, typed: str) -> Iterator[str]:
        half = (len(typed) - 1) // 2
        begins, ends = typed[:half], typed[half + 1 :][::-1]
        for length in range(len(typed) - 1, len(typed) + 2):
            yield from _beginning(self._forwards.get(length, []), begins)
            for name in _beginning(self._backwards.get(length, []), ends):
                yield name[::-1]


def one_slip(typed: str, name: str) -> bool:
    """Whether one letter left out, added, replaced or swapped with the next makes the one into the other."""
    short, long = sorted((typed, name), key=len)
    start = next(
        (n for n, (one, other) in enumerate(zip(short, long, strict=False)) if one != other), len(short)
    )
    if len(short) < len(long):
        return len(long) == len(short) + 1 and short[start:] == long[start + 1 :]
    if start == len(short) or short[start + 1 :] == long[start + 1 :]:
        return start < len(short)
    swapped = short[start : start + 2] == long[start : start + 2][::-1]
    return swapped and short[start + 2 :] == long[start + 2 :]


def _beginning(names: list[str], start: str) -> list[str]:
    return names[bisect_left(names, start) : bisect_left(names, start + LAST)]
