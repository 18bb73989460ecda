"""The demo town's articles as entries, and requests to it in its languages, on which the topics given are measured."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from knowledge_base.entry import Entry
from knowledge_base.reading import read_guides, sheet_to_entry

HERE = Path(__file__).parent
TOWN = HERE.parent.parent / "portal" / "demo" / "articles"
LANGUAGES = ("fr", "en", "ar")
LETTERS = {  # the same request among courtesies
    "fr": "Bonjour, je vous écris car {}. Pouvez-vous me répondre rapidement ? Cordialement, Mme Martin",
    "en": "Good morning, I am writing because {}. Could you answer quickly please? Kind regards, Mrs Martin",
    "ar": "صباح الخير، أكتب إليكم لأن {}. هل يمكنكم الرد بسرعة؟ مع التحية، السيدة مارتان",
}


class Request(NamedTuple):
    """What somebody writes, and the topics that are right; none where nobody could tell."""

    text: str
    language: str
    right: Collection[str]


def town_entries() -> list[Entry]:
    """The town's articles, those of one article in several languages under one group."""
    found = read_guides(TOWN, on_skip=_refuse)
    made = ((one, sheet_to_entry(one, id=f"{one.source_ref}/{one.language}", ids={})) for one in found)
    return [replace(entry, group=one.source_ref) for one, entry in made]


def read_requests() -> list[Request]:
    """Those of `requests.txt`, a line for each request: its topics, `-` for none, then its words in each language."""
    requests = []
    for line in (HERE / "requests.txt").read_text(encoding="utf-8").splitlines():
        topics, *texts = line.split(" | ")
        right = () if topics == "-" else topics.split(",")
        requests += [Request(text, language, right) for text, language in zip(texts, LANGUAGES, strict=True)]
    return requests


def _refuse(name: str, why: str) -> None:
    raise AssertionError(f"{name} was not read: {why}")
