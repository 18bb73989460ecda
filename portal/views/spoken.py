"""The languages people speak, by name: far more than the three in which the portal writes."""

from __future__ import annotations

from functools import cache

from babel import Locale

from knowledge_base.analysis import fold
from portal.views.forms import Form

SIGNED = {"fr": "langue des signes française", "en": "French Sign Language", "ar": "لغة الإشارة الفرنسية"}
SIGN = "fsl"
UNKNOWN = "Aucune langue ne s’appelle « {} »."


def names_of(codes: list[str], language: str = "fr") -> list[str]:
    """The names of these languages, in a language of the portal; a code without a name stays as it is."""
    known = _names(language)
    return [known.get(code.replace("-", "_"), code) for code in codes]


def read_languages(form: Form, name: str) -> list[str]:
    """The languages typed, apart by commas: « français, arabe, langue des signes française », or their codes."""
    codes: list[str] = []
    for typed in form.text(name, longest=500).split(","):
        word = fold(typed).strip()
        if not word:
            continue
        code = _codes().get(word) or (word if word in _names("fr") else "")
        if not code:
            form.refuse(name, UNKNOWN.format(typed.strip()))
        elif code not in codes:
            codes.append(code)
    return codes


@cache
def _names(language: str) -> dict[str, str]:
    return {**dict(Locale.parse(language).languages), SIGN: SIGNED.get(language, SIGNED["fr"])}


@cache
def _codes() -> dict[str, str]:
    return {**{fold(name): code for code, name in _names("fr").items()}, "lsf": SIGN}
