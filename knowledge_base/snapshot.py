"""The index as one searcher sees it at one moment: its segments in arrays, and what is derived from them."""

from __future__ import annotations

import json
import math
import threading
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from . import analysis
from .completion import Completer
from .folding import WITHOUT_TITLE, Floats, Segment, Statistics, Vocabulary, statistics_of
from .index import hold
from .publics import OTHER_PUBLIC
from .spelling import Speller, Spelling
from .synonyms import synonyms

# A sheet that many point to is more often the one wanted; one used more often too.
LINKED = 0.08
USED = 0.08
# What only lists sheets, or is a form to fill in, answers less often than a sheet does.
KIND_WORTH = {
    "folder": 0.9,
    "form": 0.8,
    "online_service": 0.8,
    "letter": 0.8,
    "simulator": 0.8,
    "service": 0.9,
}
_REFOLD_BELOW = 500  # entries: so small a collection is weighed anew at each change


class Snapshot:
    """What a question is answered from. Never changed: a change makes another, sharing the arrays."""

    def __init__(self, made: Path, before: Snapshot | None = None) -> None:
        from whoosh.index import open_dir

        self.made = made
        self.held: IO[bytes] = before.held if before else hold(made)
        ix = open_dir(str(made))
        try:
            readers = [leaf for leaf, _ in ix.reader().leaf_readers() if leaf.doc_count_all()]
        finally:
            ix.close()
        if before is not None and sum(reader.doc_count_all() for reader in readers) < _REFOLD_BELOW:
            before = None
        self.vocabulary: Vocabulary = before.vocabulary if before else Vocabulary()
        self.segments = self._segments(readers, before)
        self.alive = [_alive(segment, reader) for segment, reader in zip(self.segments, readers, strict=True)]
        self.places = self._places()
        self.worth = self._worth()
        self.filters: dict[Any, list[NDArray[np.bool_]]] = {}
        self._asked: dict[str, Completer] = {}  # few, and what is asked often changes by itself
        self._lock = threading.Lock()
        self._rarities: dict[str, float] = {}
        self.spelling = {language: self._spelling(language) for language in analysis.LANGUAGES}

    def _segments(self, readers: list[Any], before: Snapshot | None) -> list[Segment]:
        kept = {_name(segment.reader): segment for segment in before.segments} if before else {}
        segments = [kept.get(_name(reader)) or Segment(reader, self.vocabulary) for reader in readers]
        new = [segment for segment in segments if segment.postings]
        self.statistics: Statistics = (
            before.statistics if before else statistics_of(new, len(self.vocabulary))
        )
        for segment in new:
            segment.fold(self.statistics, self.vocabulary)
        return segments

    def _places(self) -> dict[str, tuple[int, int]]:
        """Where each entry stands: (segment, number)."""
        return {
            entry_id: (s, n)
            for s, segment in enumerate(self.segments)
            for n, entry_id in enumerate(segment.ids)
            if self.alive[s][n]
        }

    @cached_property
    def groups(self) -> dict[str, list[tuple[int, int]]]:
        """The entries of each group that has several."""
        found: dict[str, list[tuple[int, int]]] = {}
        for s, n in self.places.values():
            found.setdefault(self.segments[s].groups[n], []).append((s, n))
        return {group: members for group, members in found.items() if len(members) > 1}

    def _worth(self) -> list[Floats]:
        """What each entry's score is multiplied by, whatever is asked."""
        pointed: Counter[str] = Counter()
        for segment, alive in zip(self.segments, self.alive, strict=True):
            for links in (segment.links[n] for n in np.flatnonzero(alive)):
                pointed.update(links)
        return [self._segment_worth(segment, pointed) for segment in self.segments]

    @staticmethod
    def _segment_worth(segment: Segment, pointed: Counter[str]) -> Floats:
        links = np.array([pointed[entry_id] for entry_id in segment.ids], np.float32)
        worth = (1 + LINKED * np.log1p(links)) * (1 + USED * np.log1p(np.maximum(segment.popularity, 0)))
        for kind, factor in KIND_WORTH.items():
            worth[segment.kinds == kind] *= factor
        worth[segment.untitled] *= WITHOUT_TITLE
        for entries in segment.publics.values():
            worth[entries] *= OTHER_PUBLIC
        return worth.astype(np.float32)

    def _spelling(self, language: str) -> Spelling:
        """The spelling of a language; each segment's part is made once."""
        spellers = []
        for segment in self.segments:
            if language not in segment.spellers and language in segment.written:
                analyzer = analysis.analyzer_for(language)
                segment.spellers[language] = Speller(segment.written.pop(language), analyzer)
            spellers += [segment.spellers[language]] if language in segment.spellers else []
        return Spelling(spellers)

    def spelling_of(self, language: str) -> Spelling:
        """The spelling of a language, none for one we do not know."""
        return self.spelling.get(language) or Spelling([])

    def prepare(self) -> None:
        """Make now what would be made at the first question and the first letters typed."""
        for language in list(self.statistics.languages):
            synonyms(language)
            self.completers(language)

    def completers(self, language: str) -> list[Completer]:
        """What completes in a language: one of each segment, and one of frequent questions."""
        with self._lock:
            for segment, worth in zip(self.segments, self.worth, strict=True):
                if language not in segment.completers:
                    segment.completers[language] = Completer(_titles(segment, worth, language))
            if language not in self._asked:
                asked = self.queries.get(language, [])
                self._asked[language] = Completer((text, 3.0) for text in asked)
        return [*(segment.completers[language] for segment in self.segments), self._asked[language]]

    def rarity(self, term: str) -> float:
        """What a tagged term weighs in a text: nothing is as rare as a word that no text holds."""
        found = self._rarities.get(term)
        if found is None:
            number, frequency = self.vocabulary.get(term), self.statistics.frequency.get("text")
            held = 0
            if number is not None and frequency is not None and number < len(frequency):
                held = int(frequency[number])
            found = math.log1p((self.statistics.entries - held + 0.5) / (held + 0.5))
            self._rarities[term] = found
        return found

    def record(self, segment: int, number: int) -> dict[str, Any]:
        """What is stored of an entry."""
        return self.segments[segment].reader.stored_fields(number)["record"]

    @cached_property
    def queries(self) -> dict[str, list[str]]:
        """Frequent questions, by language."""
        return json.loads((self.made / "queries.json").read_text(encoding="utf-8"))


def _name(reader: Any) -> str:
    return reader.segment().segment_id()


def _alive(segment: Segment, reader: Any) -> NDArray[np.bool_]:
    alive = np.ones(segment.size, bool)
    alive[list(reader.segment().deleted_docs())] = False
    return alive


def _titles(segment: Segment, worth: Floats, language: str) -> Iterator[tuple[str, float]]:
    """What may complete a beginning, and what it is worth: titles before headings."""
    for number in np.flatnonzero(segment.languages == language).tolist():
        yield segment.titles[number], 2.0 * float(worth[number])
        for heading in segment.headings[number]:
            yield heading, 0.5
