"""What people say for what the administration writes: read from `data/synonyms_*.txt`."""

from __future__ import annotations

from functools import cache

from . import analysis

Phrase = tuple[str, ...]
_LONGEST = 4


@cache
def synonyms(language: str) -> dict[Phrase, list[Phrase]]:
    """For each phrase (in terms), the phrases that may stand for it.

    `a = b = c` stand for one another; after `a > b, c` whoever says a may mean b or c, and not the other way.
    """
    found: dict[Phrase, list[Phrase]] = {}
    path = analysis.DATA / f"synonyms_{language}.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        said, arrow, meant = line.partition(">")
        if arrow:
            said_phrases, meant_phrases = [said], meant.split(",")
        else:
            said_phrases = meant_phrases = line.split("=")
        _file(
            found, [_phrase(p, language) for p in said_phrases], [_phrase(p, language) for p in meant_phrases]
        )
    return found


def readings(terms: list[str], language: str) -> list[list[Phrase]]:
    """`terms` cut into phrases, each with what may stand for it: [what was said, another way to say it…]."""
    known, found, at = synonyms(language), [], 0
    while at < len(terms):
        length = next((n for n in range(_LONGEST, 1, -1) if tuple(terms[at : at + n]) in known), 1)
        said = tuple(terms[at : at + length])
        found.append([said, *known.get(said, ())])
        at += length
    return found


def _phrase(words: str, language: str) -> Phrase:
    return tuple(analysis.words(words, language))


def _file(found: dict[Phrase, list[Phrase]], said: list[Phrase], meant: list[Phrase]) -> None:
    for phrase in said:
        if phrase:
            others = found.setdefault(phrase, [])
            others += [other for other in meant if other and other != phrase and other not in others]
