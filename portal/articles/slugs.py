"""The part of an address that names a thing: readable, in plain letters, and kept for good."""

from __future__ import annotations

import re
from collections.abc import Collection

from portal.directory.names import slug_of

_SOURCE_NUMBER = re.compile(r"[A-Za-z]{0,3}\d+")


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
