"""The words by which people stop texts, take them up again or ask who writes: STOP, ARRÊT, REPRISE, AIDE…; and the
sentences that ask for what STOP does."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal.contacts.texts.no_texts import wants_no_texts
from portal.telephony.models import Sender
from portal.telephony.parts import fold

ASKS = ("stop", "start", "help")


@dataclass(frozen=True, slots=True)
class Keyword:
    """`asks`: stop, start or help. `answered`: the network has said so to the citizen already. `in_vain`: the network
    blocks our texts, and does not know this word for lifting that."""

    asks: str
    answered: bool
    word: str = ""
    in_vain: bool = False


def read(body: str, sender: Sender, opt_out_type: str = "") -> Keyword | None:
    """What a text of one word asks for, or a sentence that only asks for no more texts. `opt_out_type` is the network's
    own reading, which comes with its answer."""
    word = " ".join(re.sub(r"[^\w\s]|_", " ", fold(body)).split())
    told = opt_out_type.strip().lower()
    if told in ASKS:
        return Keyword(told, True, word)
    asks = next((asks for asks in ASKS if word in _words()[asks]), "")
    if not asks:
        return Keyword("stop", False, word) if wants_no_texts(body) else None
    return Keyword(asks, sender.provider_stops and is_networks(body), word)


def is_networks(body: str) -> bool:
    """Whether the network knows this word: written as it is, nothing around it."""
    return body.strip().lower() in _words()["network"]


@cache
def _words() -> dict[str, frozenset[str]]:
    rows = json.loads((Path(__file__).parent / "data/keywords.json").read_text("utf-8"))
    return {asks: frozenset(words) for asks, words in rows.items()}
