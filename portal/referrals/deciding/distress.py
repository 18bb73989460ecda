"""Words of distress: whoever writes them is shown the emergency numbers and a person.

They are a file of their own, beside the rules: no edit of a rule can switch them off.
"""

from __future__ import annotations

import json
from functools import cache

from portal.errors import N_
from portal.referrals.deciding.phrases import DATA, Phrase, fitting, phrase, said

# what whoever wrote them is answered at once
IN_DANGER = N_(
    "En danger ? Appelez le 15, le 17, le 18 ou le 112, ou le 114 par SMS. "
    "Pensées de suicide : le 3114, jour et nuit. Un agent va vous lire."
)


def distress(words: str, language: str = "fr") -> tuple[str, ...]:
    """The phrases of distress in `words`, if any. All three languages are looked for, whatever the page's."""
    return fitting(_phrases(), said(words, language, every=True))


@cache
def _phrases() -> tuple[Phrase, ...]:
    by_language = json.loads((DATA / "distress.json").read_text(encoding="utf-8"))
    readings = {"fr": ("fr",), "en": ("en",), "ar": ("fr",)}  # Arabic words are Arabic in either reading
    return tuple(phrase(text, readings[of]) for of, phrases in by_language.items() for text in phrases)
