"""Collections of real texts, as entries: what the quality of the search is measured on."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from knowledge_base.entry import Entry
from knowledge_base.reading import read_guides, sheet_to_entry


def sheets(folder: Path) -> list[Entry]:
    """The archive of service-public.fr, by its own identifiers."""
    found = list(read_guides(folder / "vosdroits-particuliers-xml.zip", on_skip=_refuse))
    ids = {sheet.source_ref: sheet.source_ref for sheet in found}
    return [sheet_to_entry(sheet, id=sheet.source_ref, ids=ids) for sheet in found]


def answers(folder: Path) -> Iterator[Entry]:
    """The help pages of the CNIL."""
    with gzip.open(folder / "cnil-besoin-d-aide.jsonl.gz", "rt", encoding="utf-8") as lines:
        for page in map(json.loads, lines):
            title, body = page["titre"], page["texte"]
            yield Entry(id=page["id"], kind="question", language="fr", title=title, body=body)


def _refuse(name: str, why: str) -> None:
    raise AssertionError(f"{name} was not read: {why}")
