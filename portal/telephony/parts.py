"""How a text is cut into parts, and a wording that needs fewer. The browser counts with the same table.

One letter outside the telephone's alphabet (ê, ç, ’, œ…) brings a part from 160 characters down to 70, and each part
is paid for. Nothing is ever reworded by itself: a wording is proposed, and a person takes it or not.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from portal.directions import FROM_THE_RIGHT, begins_from_the_left, hold_numbers

TABLE = Path(__file__).parents[2] / "static/js/text-table.js"
HELD = str.maketrans("\u00a0\u202f", "  ")
MARKS = re.compile("[\u0300-\u036f\u064b-\u065f]")


@dataclass(frozen=True, slots=True)
class Count:
    """`units` are letters as the network counts them, `dear` those that force parts of 70."""

    units: int
    parts: int
    dear: str

    @property
    def in_arabic(self) -> bool:
        """Whether no wording could avoid them: what is said then is what a part holds, not which letters they are."""
        return re.search(table()["arabic"], self.dear) is not None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Another wording, and how many parts it saves."""

    text: str
    saves: int


@cache
def table() -> dict[str, Any]:
    """The alphabet, and what stands in for the letters that are not in it."""
    read: dict[str, Any] = json.loads(TABLE.read_text("utf-8").removeprefix("export default ").rstrip(";\n"))
    return read


def count(text: str) -> Count:
    """How many parts this text leaves in."""
    basic, twice = table()["basic"], table()["twice"]
    dear = "".join(dict.fromkeys(letter for letter in text if letter not in basic and letter not in twice))
    if dear:
        sizes = [2 if ord(letter) > 0xFFFF else 1 for letter in text]
        return Count(sum(sizes), _packed(sizes, 70, 67), dear)
    sizes = [2 if letter in twice else 1 for letter in text]
    return Count(sum(sizes), _packed(sizes, 160, 153), "")


def as_sent(text: str) -> str:
    """The text as it leaves: the spaces that hold « ? » to its word on a page are not letters of the telephone, and
    cost nothing. They are counted so. In Arabic they cost what any other does, and the mark of its direction is added
    where it costs no part."""
    counted = count(text)
    if not counted.in_arabic:
        return text.translate(HELD)
    held = hold_numbers(text)
    marked = FROM_THE_RIGHT + held
    return marked if begins_from_the_left(text) and count(marked).parts == counted.parts else held


def propose(text: str) -> Proposal | None:
    """The same words in the telephone's alphabet, when that saves parts. Digits, links and `{placeholders}` stay."""
    other = "".join(piece if kept else _plain(piece) for piece, kept in _pieces(text))
    saves = count(text).parts - count(other).parts
    return Proposal(other, saves) if saves > 0 else None


def with_plain_marks(text: str) -> str:
    """The same letters with the telephone's own quotes, dashes and spaces: for what leaves without anybody reading it
    first, where that saves parts. One « ’ » doubles what a text costs."""
    other = "".join(piece if kept else _with_plain_marks(piece) for piece, kept in _pieces(text))
    return other if count(other).parts < count(text).parts else text


def asks_for_reply(text: str) -> bool:
    """Whether whoever reads this text will think that it may be answered."""
    rules, folded = table(), fold(text)
    if any(words in folded for words in rules["asks"]) or re.search(rules["commands"], text):
        return True
    words = set(re.findall(r"[\w']+", folded))
    return ("?" in text or "؟" in text) and not words.isdisjoint(rules["answers"])


def fold(text: str) -> str:
    """Lower case, without accents, with plain apostrophes."""
    plain = unicodedata.normalize("NFD", text.lower().replace("’", "'"))
    return MARKS.sub("", plain)


def _packed(sizes: list[int], alone: int, joined: int) -> int:
    """Parts, when a letter that counts twice is never cut in two."""
    if sum(sizes) <= alone:
        return min(1, len(sizes))
    parts, left = 1, joined
    for size in sizes:
        if size > left:
            parts, left = parts + 1, joined
        left -= size
    return parts


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text in order, with whether each piece must stay as it is."""
    end = 0
    for found in re.finditer(table()["kept"], text):
        yield text[end : found.start()], False
        yield found[0], True
        end = found.end()
    yield text[end:], False


def _with_plain_marks(piece: str) -> str:
    for pattern, instead in table()["swaps"]:
        if not pattern.isalpha():
            piece = re.sub(pattern, instead, piece)
    return piece


def _plain(piece: str) -> str:
    for pattern, instead in table()["swaps"]:
        piece = re.sub(pattern, instead, piece)
    known = table()["basic"] + table()["twice"]
    return "".join(letter if letter in known else _bare(letter, known) for letter in piece)


def _bare(letter: str, known: str) -> str:
    """The letter without its accent, if that is a letter of the alphabet; else as it was."""
    bare = fold(letter) if letter.islower() else fold(letter).upper()
    return bare if bare and all(one in known for one in bare) else letter
