"""A word that nobody wrote, and the nearest one that somebody did: proposed from our own words, and from those alone
that the person who asks may read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice, product

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy.orm import InstrumentedAttribute

from knowledge_base.analysis import replace_words
from portal.database import db
from portal.directory.finding.slips import one_slip
from portal.records import words
from portal.records.models import SeenWord

NAMES = 0  # of citizens, under no organization
SHORTEST = 4  # letters of a word worth mending
MOST_NEAREST = 3  # of one word
MOST_DOUBTED = 3  # words of which more than the likeliest is tried
MOST_TRIED = 6  # in all
MOST_NEAR = 5_000
LAST = "\U0010ffff"


def mend(text: str, organization_id: int, finds: Callable[[str], bool]) -> str:
    """`text` with the words that nobody wrote replaced by those one slip away, if that finds something; else nothing.

    `finds` looks a text up as the person who asks: a word that stands only where they may not read is not told.
    """
    meant = {}
    for raw, part, _ in words.read(text):
        if len(part) >= SHORTEST and part.isalpha() and not _known(part, organization_id):
            meant[raw] = near(part, organization_id)[:MOST_NEAREST]
    meant = {raw: some for raw, some in meant.items() if some}
    mended = (replace_words(text, one) for one in islice(_readings(meant), MOST_TRIED))
    return next((one for one in mended if finds(one)), "")


def _readings(meant: Mapping[str, list[str]]) -> Iterator[dict[str, str]]:
    """What several words may be together, the likeliest first; of many, only the first few are doubted."""
    if not meant:
        return
    doubted = [enumerate(some if n < MOST_DOUBTED else some[:1]) for n, some in enumerate(meant.values())]
    for chosen in sorted(product(*doubted), key=lambda ranked: sum(rank for rank, _ in ranked)):
        yield dict(zip(meant, (word for _, word in chosen), strict=True))


def near(word: str, organization_id: int) -> list[str]:
    """The words one slip away, as they are written, the most frequent first.

    A slip leaves one half of a word as it was: what begins or ends as it does is read, and only that compared.
    """
    half = (len(word) - 1) // 2
    backwards = word[half + 1 :][::-1]
    alike = or_(_begins(SeenWord.word, word[:half]), _begins(SeenWord.backwards, backwards))
    query = db.select(SeenWord.word, SeenWord.written, SeenWord.times).where(
        SeenWord.organization_id.in_([organization_id, NAMES]),
        func.length(SeenWord.word).between(len(word) - 1, len(word) + 1),
        alike,
    )
    rows = db.session.execute(query.order_by(SeenWord.times.desc()).limit(MOST_NEAR))
    return [row.written for row in rows if one_slip(word, row.word)]


def _known(word: str, organization_id: int) -> bool:
    query = db.select(SeenWord.word).where(SeenWord.organization_id.in_([organization_id, NAMES]))
    return db.session.scalar(query.where(SeenWord.word == word)) is not None


def _begins(column: InstrumentedAttribute[str], start: str) -> ColumnElement[bool]:
    return and_(column >= start, column < start + LAST)
