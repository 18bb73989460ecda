"""The words of a text, the same when it is kept and when it is asked for: folded, freed of endings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from knowledge_base.analysis import analyzer_for, fold, raw_words
from portal.records.models import CASE, CITIZEN, CONTACT

LONGEST = 40  # letters of a word
_ARABIC = re.compile("[\u0600-\u06ff]")
_PLAIN = re.compile(r"[^\W_]+")
_LETTER = {CONTACT: "c", CASE: "m", CITIZEN: "p"}
_EPOCH = datetime(1970, 1, 5, tzinfo=UTC)  # a Monday


def read(text: str) -> Iterator[tuple[str, str, str]]:
    """Each word that counts: as written, folded, and the term it is found by."""
    for raw in raw_words(text):
        for part, term in _parts(raw):
            yield raw, part, term


@lru_cache(100_000)
def _parts(raw: str) -> tuple[tuple[str, str], ...]:
    """What one written word counts as: usually one, none for a word that only holds a sentence together."""
    analyzer = analyzer_for("ar" if _ARABIC.search(raw) else "fr")
    kept = (part for part in analyzer.parts(raw) if part not in analyzer.stop_words and len(part) <= LONGEST)
    return tuple((part, analyzer.stem(part)) for part in kept if _PLAIN.fullmatch(part))


def terms(text: str) -> list[str]:
    """The terms of `text`, each once, in their order."""
    return list(dict.fromkeys(term for _, _, term in read(text) if term))


def names(text: str) -> list[str]:
    """The words of a name, folded and no more: a name has no endings."""
    return list(dict.fromkeys(_PLAIN.findall(fold(text))))


@lru_cache(2_000)  # each search looks through those of the latest files
def beginnings(text: str) -> str:
    """The same words, each after a space: where one begins."""
    return " " + " ".join(names(text))


def is_arabic(text: str) -> bool:
    return bool(_ARABIC.search(text))


def marks(kind: int, organization_id: int | None, at: datetime) -> list[str]:
    """What a record is, whose, and of which week and month: so that a frequent word is looked for in a short time."""
    whose = mark_of(kind, organization_id)
    return [whose, f"{whose}_w{_week(at)}", f"{whose}_m{_month(at)}"]


def mark_of(kind: int, organization_id: int | None) -> str:
    return f"{_LETTER[kind]}_{organization_id}" if organization_id else f"{_LETTER[kind]}_"


def marks_between(kind: int, organization_id: int, since: datetime, until: datetime) -> list[str]:
    """The marks that everything between these instants has at least one of: a few weeks, else months."""
    whose = mark_of(kind, organization_id)
    if until - since <= timedelta(weeks=3):
        return [f"{whose}_w{n}" for n in range(_week(since), _week(until) + 1)]
    if until - since <= timedelta(days=400):
        return [f"{whose}_m{n}" for n in range(_month(since), _month(until) + 1)]
    return [whose]


def facets(**values: str | int | None) -> list[str]:
    """The marks of what lists are narrowed by, such as `channel_phone`."""
    return [f"{name}_{value}" for name, value in values.items() if value]


def _week(at: datetime) -> int:
    return (at - _EPOCH).days // 7


def _month(at: datetime) -> int:
    at = at.astimezone(UTC)
    return 12 * at.year + at.month
