"""The ids of what has no row of its own (an address, a language): made from what holds it, always the same."""

from __future__ import annotations

from uuid import UUID, uuid5

OURS = UUID("6d0b3c1e-9a4f-5c52-8f0e-3f7b1c9e2a44")


def part_id(of: str | None, *path: str | int) -> str:
    """The id of a part of the record that is called `of`."""
    return str(uuid5(OURS, "/".join([of or "", *map(str, path)])))
