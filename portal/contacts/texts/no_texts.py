"""STOP said in a sentence: « Stop svp, ne m'écrivez plus », "please stop texting me".

Understood whole or not at all: each word belongs to a phrase that asks for no more texts, or to a courtesy around one.
A word such as « arrêter » beside a mood, « j’en ai marre, tout arrêter », names no texts: a person reads it.
So « Arrêt de bus déplacé ? » and « arrêtez le bruit » stay requests, and no cry for help is taken for a STOP.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from portal.telephony.parts import fold

MOST_WORDS = 30  # who writes more tells why
SHORT_CODE = r"\d{5} "  # what « STOP au 36111 » tells
KINDS = ("asks", "bare", "around", "moods")  # of phrases; what is bare names no texts
ENDS = {("asks", False), ("asks", True), ("bare", False)}  # what was asked, and whether in a mood


class _Known(NamedTuple):
    kinds: dict[str, re.Pattern[str]]
    words: frozenset[str]


def wants_no_texts(body: str) -> bool:
    """Whether it asks for no more texts, and for nothing else."""
    words, known = _words_in(body), _known()
    if len(words) > MOST_WORDS or not known.words.issuperset(word for word in words if not word.isdecimal()):
        return False
    ways: list[set[tuple[str, bool]]] = [
        {("", False)},
        *(set() for _ in words),
    ]  # after each word, as understood
    for begin in range(len(words)):
        for end in range(begin + 1, len(words) + 1) if ways[begin] else ():
            piece = "".join(f"{word} " for word in words[begin:end])
            for kind in (kind for kind, phrases in known.kinds.items() if phrases.fullmatch(piece)):
                ways[end] |= {_after(kind, *way) for way in ways[begin]}
    return not ENDS.isdisjoint(ways[-1])


def _after(kind: str, asked: str, mood: bool) -> tuple[str, bool]:
    """What is asked once a phrase of this kind is said too: who names texts once asks for no more of them."""
    if kind in ("asks", "bare"):
        return ("asks" if "asks" in (kind, asked) else "bare"), mood
    return asked, mood or kind == "moods"


def _words_in(text: str) -> list[str]:
    """Its words, and its question marks: a question asks for something."""
    return re.findall(r"\w+|[?؟]", fold(text))


@cache
def _known() -> _Known:
    text = (Path(__file__).parent / "data/no_texts.json").read_text("utf-8")
    rows, classes = json.loads(text), dict[str, str]()
    for name, phrases in rows["classes"].items():  # each is made of those before it
        classes[name] = _any_of(phrases, classes)
    kinds = {kind: re.compile(_any_of(rows[kind], classes)) for kind in KINDS}
    return _Known(kinds, frozenset(_words_in(text)))


def _any_of(phrases: list[str], classes: dict[str, str]) -> str:
    return f"(?:{'|'.join(_pattern(phrase, classes) for phrase in phrases)})"


def _pattern(phrase: str, classes: dict[str, str]) -> str:
    """`<name>` is any phrase of a class, `[…]` may be missing, `#` is a short code; the rest are words."""
    signs = {"[": "(?:", "]": ")?", "#": SHORT_CODE}
    pieces = re.findall(r"<[^>]+>|[\[\]#]|[^<>\[\]#]+", phrase)
    return "".join(
        classes[piece[1:-1]]
        if piece.startswith("<")
        else signs.get(piece) or "".join(re.escape(word) + " " for word in _words_in(piece))
        for piece in pieces
    )
