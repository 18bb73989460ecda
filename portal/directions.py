"""Words written from the right, where no page of ours lays them out: on a telephone, in a letter.

Two marks of Unicode do it: one says from where a line begins, whatever its first word; a space that holds keeps
« 01 99 00 00 10 » one number, whose groups are else read from the last to the first.
"""

from __future__ import annotations

import re
import unicodedata

FROM_THE_RIGHT = "\u200f"
_GROUPS = re.compile(r"(?<=\d) (?=\d)")


def hold_numbers(text: str) -> str:
    """The text with each number in one piece."""
    return _GROUPS.sub("\u00a0", text)


def begins_from_the_left(text: str) -> bool:
    """Whether its first letter is one of ours, and would have the whole line laid out so."""
    first = next(
        (side for letter in text if (side := unicodedata.bidirectional(letter)) in ("L", "R", "AL")), ""
    )
    return first == "L"
