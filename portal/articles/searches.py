"""What was searched: kept without a person in it, used to propose questions and to see what finds nothing."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy.orm import Session

from portal import clock
from portal.articles.models import Search
from portal.database import db

LONGEST = 200
VISITS = 5  # a question is proposed to others once so many visits have asked it
SEASON = timedelta(days=180)
MASK = "#"

_EMAIL = re.compile(r"\S+@\S+")
_DIGITS = re.compile(r"\+?\d(?:[\s.\-/()]{0,3}\d){3,}")  # also when written in groups, as numbers are


def masked(words: str) -> str:
    """The words of a search without what may name a person: e-mail addresses, and four digits or more."""
    words = " ".join(words.split())
    return _DIGITS.sub(MASK, _EMAIL.sub(MASK, words))[:LONGEST]


def note_search(
    session: Session,
    *,
    words: str,
    language: str,
    found: int,
    first: str = "",
    topic: str = "",
    service: str = "",
    commune: str = "",
    channel: str = "web",
    visit: str = "",
) -> None:
    """Keeps what was searched and what came of it, in the brief transaction it is given."""
    kept = masked(words)
    if not kept:
        return
    session.add(
        Search(
            words=kept,
            language=language,
            commune=commune,
            channel=channel,
            found=found,
            first=first,
            topic=topic,
            service=service,
            visit=visit,
        )
    )


def frequent_queries(session: Session, language: str, limit: int = 300) -> list[str]:
    """What several visits asked and found, most asked first: fit to be proposed to others."""
    words = func.lower(Search.words)
    visits = func.count(func.distinct(Search.visit))
    query = (
        db.select(words)
        .where(
            Search.language == language,
            Search.at > clock.now() - SEASON,
            Search.found > 0,
            Search.visit != "",
            Search.words.not_like(f"%{MASK}%"),
        )
        .group_by(words)
        .having(visits >= VISITS)
        .order_by(visits.desc(), words)
        .limit(limit)
    )
    return list(session.scalars(query))


class Fruitless(NamedTuple):
    """A search that found nothing, and how often it was made."""

    words: str
    language: str
    times: int


def fruitless(days: int = 90, limit: int = 100, offset: int = 0) -> list[Fruitless]:
    """The searches that found nothing, most frequent first: what people ask and we do not answer."""
    return fruitless_between(clock.now() - timedelta(days=days), clock.now(), limit=limit, offset=offset)


def fruitless_between(
    begins: datetime, ends: datetime, *, limit: int = 100, offset: int = 0, least: int = 1
) -> list[Fruitless]:
    """The same between two instants, of those made at least so many times."""
    words, times = func.lower(Search.words), func.count()
    query = (
        db.select(words, Search.language, times)
        .where(Search.found == 0, Search.at > begins, Search.at <= ends)
        .group_by(words, Search.language)
        .having(times >= least)
        .order_by(times.desc(), words)
        .limit(limit)
        .offset(offset)
    )
    return [Fruitless(*row) for row in db.session.execute(query)]
