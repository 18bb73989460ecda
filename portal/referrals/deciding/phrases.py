"""Whether a phrase of a rule is in what a person said.

A phrase fits when all its words are there, in any order, compared as the search compares them: folded and
stemmed. Small words are not asked for (« la CAF » fits « CAF »), but negations are, and so is every word of
a phrase of which only one would remain (« me tuer » is not « tuer »). Arabic words are read as Arabic; the others
as French, and as English too where English is spoken, so that all may write in the language they like.
A phrase in double quotes needs all its words as they are written, accents and case aside; so does a word in capitals
among others that are not: « CAF » is not « café », which has the same stem.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from knowledge_base.analysis import analyzer_for, raw_words

DATA = Path(__file__).parent.parent / "data"
READINGS = ("fr", "en")

ACRONYM = range(2, 7)  # letters

_ELIDED = re.compile("['’]")
_ARABIC = re.compile(r"[\u0600-\u06ff]")

Terms = frozenset[str]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase as its author wrote it, and the terms it needs in each reading."""

    text: str
    needs: dict[str, Terms]

    def fits(self, said: dict[str, Terms]) -> bool:
        return any(
            needs <= said[reading] for reading, needs in self.needs.items() if needs and reading in said
        )


@cache
def small_words() -> dict[str, frozenset[str]]:
    """Words a phrase never needs, and words it always does."""
    kept = json.loads((DATA / "small_words.json").read_text(encoding="utf-8"))
    return {name: frozenset(words) for name, words in kept.items()}


def said(text: str, language: str, *, every: bool = False) -> dict[str, Terms]:
    """What a person said by reading, stems and words: French, and English where it is spoken (or `every`)."""
    raws = raw_words(text)
    readings = READINGS if every or language == "en" else READINGS[:1]
    return {reading: _all_terms(raws, reading) for reading in readings}


def phrase(text: str, readings: Iterable[str] = READINGS) -> Phrase:
    """`text` ready to be looked for; one whose `needs` are empty holds no word that counts."""
    raws = raw_words(text)
    needs = _needs_as_written if text.strip().startswith('"') else _needs
    return Phrase(text, {reading: needs(raws, reading) for reading in readings})


def fitting(phrases: Iterable[Phrase], said: dict[str, Terms]) -> tuple[str, ...]:
    """The phrases that fit, as their author wrote them."""
    return tuple(phrase.text for phrase in phrases if phrase.fits(said))


@lru_cache(maxsize=2_000)
def telling(text: str, reading: str = "fr") -> Terms:
    """The stems of the words of `text` that tell something."""
    return frozenset(
        term for word, term in _terms(raw_words(text), reading) if word not in _stop_words(reading)
    )


def _all_terms(raws: list[str], reading: str) -> Terms:
    pairs = list(_terms(raws, reading))
    return frozenset(term for _, term in pairs) | frozenset(_as_written(word) for word, _ in pairs)


def _needs(raws: list[str], reading: str) -> Terms:
    always, never = small_words()["always_needed"], small_words()["never_needed"]
    short = _acronyms(raws)
    found = ((word, _as_written(word) if word in short else term) for word, term in _terms(raws, reading))
    pairs = [pair for pair in found if pair[0] not in never or len(raws) == 1]
    telling = [pair for pair in pairs if pair[0] in always or pair[0] not in _stop_words(reading)]
    kept = dict(telling if len(telling) > 1 else pairs)
    if len(set(kept.values())) == len(kept):
        return frozenset(kept.values())
    # « aide aux aidants » has one stem, which would be « aide » alone
    return frozenset(map(_as_written, kept))


def _acronyms(raws: list[str]) -> set[str]:
    """The words that stand in capitals, unless all the phrase does; the article before one is not it."""
    bare = [_ELIDED.split(raw)[-1] for raw in raws]
    if len(bare) > 1 and all(one.isupper() for one in bare):
        return set()
    return {one.lower() for one in bare if one.isalpha() and one.isupper() and len(one) in ACRONYM}


def _needs_as_written(raws: list[str], reading: str) -> Terms:
    return frozenset(_as_written(word) for word, _ in _terms(raws, reading))


def _as_written(word: str) -> str:
    return "=" + word


@cache
def _stop_words(reading: str) -> frozenset[str]:
    return analyzer_for(reading).stop_words | analyzer_for("ar").stop_words


def _terms(raws: Iterable[str], reading: str) -> Iterator[tuple[str, str]]:
    for raw in raws:
        yield from _parts(raw, "ar" if _ARABIC.search(raw) else reading)


@lru_cache(maxsize=200_000)
def _parts(raw: str, language: str) -> tuple[tuple[str, str], ...]:
    """The folded words inside one written word, each with its stem."""
    analyzer = analyzer_for(language)
    return tuple((word, analyzer.stem(word)) for word in analyzer.parts(raw))
