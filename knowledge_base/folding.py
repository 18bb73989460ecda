"""Postings folded into arrays: what a segment of the index looks like to the ranking.

Whoosh scores document by document, in Python. Here the postings of a segment are read once, each term's parts
(title, text…) are scored apart, weighted and added, and what remains is one short array per term: answering is
adding a few of them. The terms are also kept in their order, so that two words side by side can be told from
the same two words far apart.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .completion import Completer
from .publics import named
from .records import PARTS
from .spelling import Speller

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

# How much each part counts, and how much its length tells (B of BM25). Measured on three sets: bench/README.md.
WEIGHTS = {"title": 1.2, "headings": 0.3, "keywords": 0.5, "summary": 0.3, "questions": 0.2, "text": 1.0}
LENGTH = {"title": 0.9, "headings": 0.9, "keywords": 0.9, "summary": 0.9, "questions": 0.9, "text": 0.9}
SATURATION = 1.5  # K1 of BM25
# What is known by its text alone (a page of a document) is not the worse for having no title.
WITHOUT_TITLE = 2.5


class Vocabulary(dict[str, int]):
    """Numbers of terms, shared by the segments of a snapshot; asking for a term gives it its number."""

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self)
        return number


@dataclass
class Statistics:
    """What weighing a term needs to know of the whole collection; taken when a generation opens, then kept."""

    entries: int = 0
    languages: Counter[str] = field(default_factory=Counter)
    mean_length: dict[tuple[str, str], float] = field(default_factory=dict)
    frequency: dict[str, Ints] = field(default_factory=dict)

    def rarity(self, part: str, terms: Ints, population: Floats) -> Floats:
        """BM25's idf of each term in `part`; a term not met when the generation opened is as rare as can be."""
        known = self.frequency.get(part)
        frequency = np.ones(len(terms), np.float32)
        if known is not None:
            inside = terms < len(known)
            frequency[inside] = np.maximum(known[terms[inside]], 1)
        return np.log1p((population - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)


@dataclass
class Postings:
    """The postings of one part of a segment, as read: parallel arrays."""

    terms: Ints
    entries: Ints
    counts: Floats


class Segment:
    """One segment of the index, in arrays. Its entries are numbered from 0; deleted ones stay, masked out."""

    def __init__(self, reader: Any, vocabulary: Vocabulary) -> None:
        self.reader = reader
        self.size: int = reader.doc_count_all()
        records = [reader.stored_fields(n)["record"] for n in range(self.size)]
        self.ids = [record["id"] for record in records]
        self.groups = [record["group"] for record in records]
        self.titles = [record["title"] for record in records]
        self.pages = [record["page"] for record in records]
        self.links = [record["links"] for record in records]
        self.languages = np.array([record["language"] for record in records])
        self.kinds = np.array([record["kind"] for record in records])
        self.topics = np.array([record["topic"] for record in records])
        names, self.topic_numbers = np.unique(self.topics, return_inverse=True)
        self.topic_names: list[str] = names.tolist()
        self.audiences = np.array([record["audience"] for record in records])
        self.popularity = np.array([record["popularity"] for record in records], np.float32)
        self.untitled = np.array([not record["title_terms"] for record in records], bool)
        self.publics = _publics(records)
        self.written = _written(records)
        self.spellers: dict[str, Speller] = {}
        self.headings = [record["headings"] for record in records]
        self.completers: dict[str, Completer] = {}
        self.pairs: dict[tuple[int, int], tuple[Ints, Floats]] = {}  # those asked for, weighed
        self.postings = {part: _read(reader, part, vocabulary) for part in PARTS}
        self._keep_order(records, vocabulary)
        self.starts: Ints = np.zeros(1, np.int32)
        self.places: Ints = np.zeros(0, np.int32)
        self.weights: Floats = np.zeros(0, np.float32)

    def _keep_order(self, records: list[dict[str, Any]], vocabulary: Vocabulary) -> None:
        """The terms of all entries one after the other, title first; -1 stands between them."""
        stream: list[int] = []
        begins = [0]
        for record in records:
            tag = record["language"] + ":"
            for terms in (record["title_terms"], record["text_terms"]):
                stream += [vocabulary[tag + term] for term in terms.split()]
                stream.append(-1)
            begins.append(len(stream))
        self.stream = np.array([*stream, -1], np.int32)
        self.begins = np.array(begins, np.int32)
        lengths = np.diff(self.begins).astype(np.float32)
        self.relative_lengths = lengths / max(float(lengths.mean()), 1.0) if len(lengths) else lengths
        order = np.argsort(self.stream, kind="stable").astype(np.int32)
        counts = np.bincount(self.stream + 1, minlength=len(vocabulary) + 1)
        self.stream_order = order
        self.stream_starts = np.cumsum(counts).astype(np.int32)

    def fold(self, statistics: Statistics, vocabulary: Vocabulary) -> None:
        """Weigh the postings read, once and for all: one array of weights a term, parts added."""
        keys, weights = [], []
        for part, postings in self.postings.items():
            keys.append(postings.terms.astype(np.int64) * self.size + postings.entries)
            weights.append(self._weigh(part, postings, statistics))
        key, place = np.unique(np.concatenate(keys), return_inverse=True)
        self.weights = np.bincount(place, np.concatenate(weights), len(key)).astype(np.float32)
        self.places = (key % max(self.size, 1)).astype(np.int32)
        counts = np.bincount(key // max(self.size, 1), minlength=len(vocabulary))
        self.starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
        self.postings = {}

    def _weigh(self, part: str, postings: Postings, statistics: Statistics) -> Floats:
        lengths = np.bincount(postings.entries, postings.counts, self.size).astype(np.float32)
        mean = self._by_language(
            {tag: statistics.mean_length.get((part, tag), 1.0) for tag in statistics.languages}
        )
        population = self._by_language(statistics.languages)
        norm = SATURATION * (1 - LENGTH[part] + LENGTH[part] * lengths / mean)
        rarity = statistics.rarity(part, postings.terms, population[postings.entries])
        counts = postings.counts
        weights = WEIGHTS[part] * rarity * counts * (SATURATION + 1) / (counts + norm[postings.entries])
        return weights.astype(np.float32)

    def _by_language(self, values: dict[str, float] | Counter[str]) -> Floats:
        found = np.ones(self.size, np.float32)
        for language, value in values.items():
            found[self.languages == language] = value
        return found

    def term(self, number: int) -> tuple[Ints, Floats]:
        """The entries that hold a term and what it is worth in each."""
        if number + 1 >= len(self.starts):
            return self.places[:0], self.weights[:0]
        here = slice(self.starts[number], self.starts[number + 1])
        return self.places[here], self.weights[here]

    def text(self, number: int) -> Ints:
        """The terms of an entry's text in their order, without its title's."""
        both = self.stream[self.begins[number] : self.begins[number + 1] - 1]
        return both[int(np.argmax(both == -1)) + 1 :]

    def side_by_side(self, first: int, second: int) -> tuple[Ints, Ints]:
        """The entries where `first` is followed by `second`, and how often."""
        if first + 1 >= len(self.stream_starts) or second + 1 >= len(self.stream_starts):
            return self.places[:0], self.places[:0]
        after = self.stream_order[self.stream_starts[first] : self.stream_starts[first + 1]]
        before = self.stream_order[self.stream_starts[second] : self.stream_starts[second + 1]]
        if len(after) <= len(before):
            found = after[self.stream[after + 1] == second]
        else:
            found = before[self.stream[before - 1] == first]  # place 0 looks at the -1 that ends the stream
        return _counted(np.searchsorted(self.begins, found, side="right") - 1)


def statistics_of(segments: list[Segment], terms: int) -> Statistics:
    """The statistics of a collection: population and mean lengths by language, frequency of each term by part."""
    statistics = Statistics(entries=sum(segment.size for segment in segments))
    for segment in segments:
        statistics.languages.update(segment.languages.tolist())
    for part in PARTS:
        frequency = np.zeros(terms, np.int64)
        lengths: Counter[str] = Counter()
        filled: Counter[str] = Counter()
        for segment in segments:
            postings = segment.postings[part]
            frequency += np.bincount(postings.terms, minlength=terms)
            total = np.bincount(postings.entries, postings.counts, segment.size)
            for language in set(segment.languages.tolist()):
                here = (segment.languages == language) & (total > 0)
                lengths[language] += total[here].sum()
                filled[language] += int(here.sum())
        statistics.frequency[part] = frequency.astype(np.int32)
        for language, count in filled.items():
            statistics.mean_length[part, language] = lengths[language] / count if count else 1.0
    return statistics


def _read(reader: Any, part: str, vocabulary: Vocabulary) -> Postings:
    terms: list[int] = []
    entries: list[int] = []
    counts: list[float] = []
    for text in reader.lexicon(part):
        number, before = vocabulary[text.decode()], len(entries)
        matcher = reader.postings(part, text)
        while matcher.is_active():
            entries.append(matcher.id())
            counts.append(matcher.weight())
            matcher.next()
        terms += [number] * (len(entries) - before)
    return Postings(np.array(terms, np.int32), np.array(entries, np.int32), np.array(counts, np.float32))


def _written(records: list[dict[str, Any]]) -> dict[str, Counter[str]]:
    """How many entries of each language hold each word as it is written: what spelling is corrected to."""
    written: dict[str, Counter[str]] = {}
    for record in records:
        written.setdefault(record["language"], Counter()).update(record["written"].split(" "))
    return written


def _publics(records: list[dict[str, Any]]) -> dict[tuple[str, int], Ints]:
    """The entries whose title says that they are meant for one public, by language and public."""
    found: dict[tuple[str, int], list[int]] = {}
    for number, record in enumerate(records):
        for public in named(record["title_terms"].split(), record["language"]):
            found.setdefault((record["language"], public), []).append(number)
    return {key: np.array(numbers, np.int32) for key, numbers in found.items()}


def _counted(entries: NDArray[Any]) -> tuple[Ints, Ints]:
    """Sorted `entries` without repeats, and how often each stood there."""
    if not len(entries):
        return entries.astype(np.int32), entries.astype(np.int32)
    firsts = np.flatnonzero(np.concatenate(([True], entries[1:] != entries[:-1])))
    counts = np.diff(np.append(firsts, len(entries)))
    return entries[firsts].astype(np.int32), counts.astype(np.int32)
