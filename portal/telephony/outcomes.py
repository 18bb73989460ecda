"""What the network's error numbers mean for whoever wrote the text, and what follows from them.

What follows: `bad_number` (never again by text), `opted_out`, `retry` (once, later), `wait` (nothing was done: the same
job again), `alert` (the administrators must act). The network does not promise its numbers: one we do not know is shown
as it is, and nothing follows.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TOLD = "L’administrateur est prévenu."


@dataclass(frozen=True, slots=True)
class Outcome:
    """`follows` are names of what is to be done; `sentence` is for the agent, in French."""

    follows: frozenset[str]
    sentence: str


def outcome(code: str) -> Outcome:
    """What this error means."""
    known = _known().get(code)
    if known is not None or not code:
        return known or Outcome(frozenset(), "")
    return Outcome(frozenset(), f"Le réseau a refusé ce SMS (erreur {code}).")


def for_administrators(code: str) -> str:
    """The same, for those who must act: which error to look up, and not that they were told."""
    return f"SMS, erreur {code} du réseau. {outcome(code).sentence.removesuffix(TOLD).strip()}"


def call_trouble(code: str) -> str:
    """What the administrators must know of a call that failed so; empty where it is the called number's own matter."""
    return _troubles().get(code, "")


@cache
def _troubles() -> dict[str, str]:
    found: dict[str, str] = json.loads((Path(__file__).parent / "data/call_errors.json").read_text("utf-8"))
    return found


@cache
def _known() -> dict[str, Outcome]:
    rows = json.loads((Path(__file__).parent / "data/text_errors.json").read_text("utf-8"))
    return {code: Outcome(frozenset(follows.split()), sentence) for code, (follows, sentence) in rows.items()}
