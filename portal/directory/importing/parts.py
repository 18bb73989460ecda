"""Telling what a source changed from what we changed, part by part.

Of each part of a record the digest is kept. A part whose digest is still that of the last import was left alone here
and follows the source; one that somebody changed here stays theirs, and is told at each import until both agree.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hashlib import blake2s
from typing import Any, NamedTuple


class Difference(NamedTuple):
    """The parts to be written, those to be kept as they are here, and the digests to remember."""

    written: list[str]
    kept: list[str]
    digests: dict[str, str]


def digests_of(parts: Mapping[str, Any]) -> dict[str, str]:
    """A short digest of each part that is not empty."""
    return {name: found for name, value in parts.items() if (found := digest(value))}


def digest(value: Any) -> str:
    """Empty for what is empty: a part that is not there and one left blank are the same."""
    if not value:
        return ""
    written = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return blake2s(written.encode(), digest_size=6).hexdigest()


def compare(before: Mapping[str, str], said: Mapping[str, str], here: Callable[[str], Any]) -> Difference:
    """What the source changed between two imports, beside what is here now. Only that is looked at."""
    written: list[str] = []
    kept: list[str] = []
    for name in sorted({*before, *said}):
        was, wanted = before.get(name, ""), said.get(name, "")
        if was != wanted:
            now = digest(here(name))
            (written if now == was else kept if now != wanted else []).append(name)
    unsettled = {name: before[name] for name in kept if name in before}
    settled = {name: one for name, one in said.items() if name not in kept}
    return Difference(written, kept, settled | unsettled)
