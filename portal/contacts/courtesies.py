"""What people write and ask for nothing by: thanks, or one word that answers something said before."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from portal.telephony.parts import fold

MOST_WORDS = 12
ASKS = ("?", "؟")


def thanks(body: str) -> bool:
    """Whether it thanks, and says nothing else. « Non merci » answers a question: a person reads it."""
    words, known = _words_in(body), _courtesies()
    polite = known["thanks"] | known["closing"] | known["around"]
    return words <= polite and not words.isdisjoint(known["thanks"]) and not _asks(body)


def asks_nothing(body: str) -> bool:
    """Whether no matter can be opened from it: thanks, « oui », a sign without a word."""
    words, known = _words_in(body), _courtesies()
    short = words <= known["thanks"] | known["closing"] | known["answers"]
    return bool(body.strip()) and not _asks(body) and (short or thanks(body))


def _asks(body: str) -> bool:
    return any(sign in body for sign in ASKS) or len(body.split()) > MOST_WORDS


def _words_in(body: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", fold(body)))


@cache
def _courtesies() -> dict[str, frozenset[str]]:
    rows = json.loads((Path(__file__).parent / "data/courtesies.json").read_text("utf-8"))
    return {kind: frozenset(words) for kind, words in rows.items()}
