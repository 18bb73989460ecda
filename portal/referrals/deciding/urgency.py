"""How soon somebody says that they need help: today, in the next days, or nothing said.

Words of distress are another matter: they come before all rules (`distress.py`).
"""

from __future__ import annotations

import json
from functools import cache

from portal.referrals.deciding.phrases import DATA, Phrase, fitting, phrase, said


def urgency(words: str, language: str = "fr") -> str:
    """`today`, `soon`, or empty: a code of `situations.URGENCIES`."""
    heard = said(words, language)
    return next((code for code, phrases in _phrases().items() if fitting(phrases, heard)), "")


@cache
def _phrases() -> dict[str, tuple[Phrase, ...]]:
    kept = json.loads((DATA / "urgency.json").read_text(encoding="utf-8"))
    return {code: tuple(map(phrase, kept[code])) for code in ("today", "soon")}
