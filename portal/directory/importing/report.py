"""What an import did, to be told while it runs and kept once it is done."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Any

KEPT = "changé ici, gardé tel quel : {}"


class Unreadable(ValueError):
    """What a source wrote cannot be read; says why, in French, to whoever imports it."""


@dataclass
class Report:
    """How many records were new, changed, same or kept as they are here; what was left out of which, and why."""

    counts: Counter[str] = field(default_factory=Counter)
    told: list[tuple[str, str]] = field(default_factory=list)

    def count(self, what: str, number: int = 1) -> None:
        self.counts[what] += number

    def tell(self, which: str, *why: str) -> None:
        self.told += [(which, one) for one in why]

    def refuse(self, which: str, why: str) -> None:
        self.count("refused")
        self.tell(which, why)

    @property
    def changes(self) -> bool:
        return bool(self.counts["new"] or self.counts["changed"])

    def __str__(self) -> str:
        return ", ".join(
            f"{self.counts[what]} {what}" for what in ("new", "changed", "same", "kept", "refused")
        )


def batches(records: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """The records, a transaction's worth at a time: it must not hold the write lock for 200 ms."""
    rest = iter(records)
    while batch := list(islice(rest, size)):
        yield batch


def opened(path: Path) -> IO[str]:
    """A text of the source, compressed or not."""
    return gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")


def read_json(path: Path) -> Any:
    with opened(path) as file:
        return json.load(file)


def file_in(folder: Path, *names: str) -> Path | None:
    """The first of these files (patterns) that is there: in the folder, or in one within it."""
    for name in names:
        for found in (*sorted(folder.glob(name)), *sorted(folder.glob(f"*/{name}"))):
            return found
    return None
