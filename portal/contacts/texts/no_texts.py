"""STOP said in a sentence: « Stop svp, ne m'écrivez plus », "please stop texting me".

Understood whole or not at all: each word belongs to a phrase that asks for no more texts, or to a courtesy around one.
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


class _Known(NamedTuple):
    asks: re.Pattern[str]
    around: re.Pattern[str]
    words: frozenset[str]


def wants_no_texts(body: str) -> bool:
    """Whether it asks for no more texts, and for nothing else."""
    words, known = _words_in(body), _known()
    if len(words) > MOST_WORDS or not known.words.issuperset(word for word in words if not word.isdecimal()):
        return False
    ways: list[set[bool]] = [
        {False},
        *(set() for _ in words),
    ]  # after each word: whether it was asked, as understood
    for begin in range(len(words)):
        for end in range(begin + 1, len(words) + 1) if ways[begin] else ():
            piece = "".join(f"{word} " for word in words[begin:end])
            if known.asks.fullmatch(piece):
                ways[end].add(True)
            elif known.around.fullmatch(piece):
                ways[end] |= ways[begin]
    return True in ways[-1]


def _words_in(text: str) -> list[str]:
    """Its words, and its question marks: a question asks for something."""
    return re.findall(r"\w+|[?؟]", fold(text))


@cache
def _known() -> _Known:
    text = (Path(__file__).parent / "data/no_texts.json").read_text("utf-8")
    rows, classes = json.loads(text), dict[str, str]()
    for name, phrases in rows["classes"].items():  # each is made of those before it
        classes[name] = _any_of(phrases, classes)
    asks, around = (re.compile(_any_of(rows[kind], classes)) for kind in ("asks", "around"))
    return _Known(asks, around, frozenset(_words_in(text)))


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
