"""What Whoosh keeps of an entry: one field of postings for each part of it, and one record to answer with."""

from __future__ import annotations

import warnings
from array import array
from collections import Counter
from collections.abc import Iterator
from typing import Any

from . import analysis
from .entry import Entry

with warnings.catch_warnings():
    # Whoosh 2.7.4 predates the warning on "\d" in plain strings
    warnings.simplefilter("ignore", SyntaxWarning)
    from whoosh import fields, formats

# Raised with every change of what is kept of an entry: an index of another format is as if there were none.
FORMAT = 1
# The parts of an entry that are scored apart.
PARTS = ("title", "headings", "keywords", "summary", "questions", "text")


class Terms(fields.FieldType):
    """Postings of terms that our own analysis has already made; without positions."""

    def __init__(self) -> None:
        super().__init__(formats.Frequency(), analyzer=None, scorable=False)

    def index(self, value: list[str], **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """The postings of one entry: Whoosh asks for (term, frequency, weight, packed frequency)."""
        for term, count in Counter(value).items():
            yield term.encode(), count, float(count), formats.pack_uint(count)


def schema() -> fields.Schema:
    """The Whoosh schema of every index."""
    parts = {part: Terms() for part in PARTS}
    return fields.Schema(id=fields.ID(unique=True, stored=True), record=fields.STORED(), **parts)


def document(entry: Entry) -> dict[str, Any]:
    """`entry` as the fields of a Whoosh document. Terms carry their language: « fr:impot »."""
    language = entry.language
    text_terms, places = terms_and_places(entry.body, language)
    terms = {
        "title": analysis.words(entry.title, language),
        "headings": analysis.words(" \n ".join(entry.headings), language),
        "keywords": analysis.words(" \n ".join((*entry.keywords, entry.topic)), language),
        "summary": analysis.words(entry.summary, language),
        "questions": analysis.words(" \n ".join(entry.questions), language),
        "text": text_terms,
    }
    tagged = {part: [f"{language}:{term}" for term in found] for part, found in terms.items()}
    return {"id": entry.id, "record": record(entry, terms["title"], text_terms, places), **tagged}


def record(entry: Entry, title: list[str], text: list[str], places: array[int]) -> dict[str, Any]:
    """What answering needs: the entry's own words to show, and its terms in order for word pairs and passages."""
    shown = "\n".join((entry.title, *entry.headings, entry.summary, *entry.keywords, entry.body))
    return {
        "id": entry.id,
        "group": entry.group or entry.id,
        "kind": entry.kind,
        "language": entry.language,
        "audience": entry.audience,
        "topic": entry.topic,
        "title": entry.title,
        "summary": entry.summary,
        "headings": entry.headings,
        "body": entry.body,
        "page": entry.page,
        "links": entry.links,
        "popularity": entry.popularity,
        "title_terms": " ".join(title),
        "text_terms": " ".join(text),
        "places": places.tobytes(),
        "written": " ".join({word.lower() for word in analysis.raw_words(shown)}),
    }


def terms_and_places(text: str, language: str) -> tuple[list[str], array[int]]:
    """The terms of `text` in order, and where in it each begins."""
    terms: list[str] = []
    places = array("I")
    for word in analysis.words_with_places(text, language):
        for term in word.terms:
            terms.append(term)
            places.append(word.start)
    return terms, places
