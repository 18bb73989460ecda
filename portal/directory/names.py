"""Names as they are compared: what typing leaves out is left out of them too."""

from __future__ import annotations

import re
import unicodedata

from knowledge_base.analysis import fold

IN_FULL = {"st": "saint", "ste": "sainte"}
SMALL = frozenset(("a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les"))
LONGEST_KEY = 400
LONGEST_SLUG = 70
_PLAIN = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss", "’": " ", "–": " "})


def name_key(name: str) -> str:
    """A name folded, without hyphens or apostrophes, « St » and « Ste » in full."""
    return " ".join(IN_FULL.get(word, word) for word in re.findall(r"\w+", fold(name)))


def search_key(*parts: str) -> str:
    """The words of all these texts, each once and in order, each after a space: what a search looks through."""
    words = dict.fromkeys(word for part in parts for word in name_key(part).split() if word not in SMALL)
    return (" " + " ".join(words))[:LONGEST_KEY] if words else ""


def search_words(text: str) -> list[str]:
    """The words that a search asks for; the small ones only where there are no others."""
    words = list(dict.fromkeys(name_key(text).split()))
    return [word for word in words if word not in SMALL] or words


def slug_of(text: str, *, longest: int = LONGEST_SLUG) -> str:
    """`text` in small plain letters joined by hyphens, cut between words; empty when nothing of it is Latin."""
    plain = unicodedata.normalize("NFKD", text.translate(_PLAIN)).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain.lower())
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word[:longest]
        if len(longer) > longest:
            break
        slug = longer
    return slug
