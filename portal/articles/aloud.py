"""An answer read aloud: its words without the page, and no more than is listened to."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from portal.articles.bodies import blocks
from portal.articles.library import REFERENCE
from portal.articles.models import Article, ArticleText
from portal.database import db

PACE = 14  # letters a second, as the network's voices speak
LONGEST_S = 60
KEPT = 256  # answers kept ready in this process

_SENTENCE_ENDS = re.compile(r"(?<=[.!?…؟])\s+")


class Aloud(NamedTuple):
    """What is said of an article, in the language it has it in."""

    id: int
    slug: str
    title: str
    text: str
    language: str


def read_aloud(slug: str, language: str) -> Aloud | None:
    """The published article of this slug as it is said, in this language or else in French."""
    own = ArticleText.language == language
    query = (
        db.select(Article.id, Article.version, ArticleText)
        .join(ArticleText)
        .where(Article.slug == slug, Article.state == "published", own | (ArticleText.language == REFERENCE))
        .order_by(own.desc())
        .limit(1)
    )
    row = db.session.execute(query).first()
    if row is None:
        return None
    article_id, version, text = row
    words = _kept(article_id, version, text.language, text.summary, text.body)
    return Aloud(article_id, slug, text.title, words, text.language)


def spoken(summary: str, markdown: str) -> str:
    """The summary and the first level of a body, whole sentences of them, within a minute of speech."""
    sentences = _SENTENCE_ENDS.split(_sentence(summary)) if summary.strip() else []
    for words in _first_level(markdown):
        sentences += _SENTENCE_ENDS.split(_sentence(words))
    said: list[str] = []
    left = PACE * LONGEST_S
    for sentence in sentences:
        if len(sentence) + 1 > left:
            break
        said.append(sentence)
        left -= len(sentence) + 1
    return " ".join(said) or " ".join(sentences)[: PACE * LONGEST_S].rpartition(" ")[0]


@lru_cache(maxsize=KEPT)
def _kept(_article_id: int, _version: int, _language: str, summary: str, markdown: str) -> str:
    return spoken(summary, markdown)


def _first_level(markdown: str) -> list[str]:
    """The text up to the second heading under which something stands."""
    said: list[str] = []
    for is_heading, words in blocks(markdown):
        if is_heading and said:
            break
        if not is_heading:
            said.append(words)
    return said


def _sentence(words: str) -> str:
    """Words that end as a sentence does: items of a list often do not."""
    plain = " ".join(words.split())
    return plain if plain.endswith((".", "!", "?", "…", ":", "؟")) else plain.rstrip(" ;,") + "."
