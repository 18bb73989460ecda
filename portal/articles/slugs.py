"""The part of an address that names a thing: readable, in plain letters, and kept for good."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

LONGEST = 70
_PLAIN = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss", "’": " ", "–": " "})
_SOURCE_NUMBER = re.compile(r"[A-Za-z]{0,3}\d+")


def slug_of(text: str, *, longest: int = LONGEST) -> str:
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


def sheet_slug(title: str, source_ref: str) -> str:
    """The slug of what was read from a source: its own name there if it says something, else title and number."""
    if _SOURCE_NUMBER.fullmatch(source_ref):
        return "-".join(filter(None, (slug_of(title), source_ref.lower())))
    return slug_of(source_ref) or slug_of(title) or "article"


def free_slug(wanted: str, taken: Collection[str]) -> str:
    """`wanted`, or `wanted-2` and so on if others have it."""
    slug, n = wanted, 1
    while slug in taken:
        n += 1
        slug = f"{wanted}-{n}"
    return slug
