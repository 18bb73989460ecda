"""What editors see of all there is, published or not: articles, documents and topics, listed and searched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, func, or_
from sqlalchemy.orm import joinedload, selectinload

from portal.articles.library import REFERENCE
from portal.articles.models import Article, ArticleText, Document, Topic
from portal.database import db
from portal.directory.names import slug_of
from portal.errors import Missing


class Shelved(NamedTuple):
    """An article in the editors' list."""

    id: int
    slug: str
    title: str
    kind: str
    state: str
    source: str
    topic: str
    languages: tuple[str, ...]
    updated_on: date | None
    helped: int
    not_helped: int


def articles(
    *, words: str = "", state: str = "", topic: str = "", limit: int = 50, offset: int = 0
) -> tuple[list[Shelved], int]:
    """The articles whose French title or address holds the words, last changed first; and how many there are."""
    query = _matching(words, state, topic)
    total = db.session.scalar(db.select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(Article.updated_on.desc().nulls_last(), Article.id.desc())
    rows = db.session.execute(ordered.limit(limit).offset(offset)).all()
    languages = _languages([row.id for row in rows])
    return [_shelved(row, languages[row.id]) for row in rows], total


def _matching(words: str, state: str, topic: str) -> Select[Any]:
    columns = (
        Article.id,
        Article.slug,
        ArticleText.title,
        Article.kind,
        Article.state,
        Article.source,
        Topic.names,
        Article.updated_on,
        Article.helped,
        Article.not_helped,
    )
    of_article = (ArticleText.article_id == Article.id) & (ArticleText.language == REFERENCE)
    query = db.select(*columns).join(ArticleText, of_article).join(Topic, isouter=True)
    if words:
        title = ArticleText.title.icontains(words, autoescape=True)
        plain = slug_of(words)
        query = query.where(or_(title, Article.slug.contains(plain)) if plain else title)
    if state:
        query = query.where(Article.state == state)
    return query.where(Topic.slug == topic) if topic else query


def _languages(ids: Sequence[int]) -> dict[int, list[str]]:
    query = db.select(ArticleText.article_id, ArticleText.language).where(ArticleText.article_id.in_(ids))
    found: dict[int, list[str]] = defaultdict(list)
    for article_id, language in db.session.execute(query.order_by(ArticleText.language)):
        found[article_id].append(language)
    return found


def _shelved(row: Any, languages: Sequence[str]) -> Shelved:
    return Shelved(
        id=row.id,
        slug=row.slug,
        title=row.title,
        kind=row.kind,
        state=row.state,
        source=row.source,
        topic=(row.names or {}).get(REFERENCE, ""),
        languages=tuple(sorted(languages, key=lambda one: (one != REFERENCE, one))),
        updated_on=row.updated_on,
        helped=row.helped,
        not_helped=row.not_helped,
    )


def article(article_id: int) -> Article:
    """An article whatever its state, for whoever edits it."""
    query = db.select(Article).filter_by(id=article_id)
    found = db.session.scalar(query.options(selectinload(Article.texts), joinedload(Article.topic)))
    if found is None:
        raise Missing()
    return found


def documents(
    *, words: str = "", state: str = "", limit: int = 20, offset: int = 0
) -> tuple[list[Document], int]:
    """A page of the documents whose title holds the words, last added first; and how many there are."""
    query = db.select(Document)
    if words:
        title = Document.title.icontains(words, autoescape=True)
        plain = slug_of(words)
        query = query.where(or_(title, Document.slug.contains(plain)) if plain else title)
    if state:
        query = query.where(Document.state == state)
    total = db.session.scalar(db.select(db.func.count()).select_from(query.subquery())) or 0
    shown = query.options(selectinload(Document.files), joinedload(Document.topic)).order_by(
        Document.id.desc()
    )
    return list(db.session.scalars(shown.limit(limit).offset(offset))), total


def document(document_id: int) -> Document:
    """A document whatever its state."""
    query = db.select(Document).filter_by(id=document_id)
    found = db.session.scalar(query.options(selectinload(Document.files), joinedload(Document.topic)))
    if found is None:
        raise Missing()
    return found


def topics() -> list[Topic]:
    """Every topic, in order."""
    return list(db.session.scalars(db.select(Topic).order_by(Topic.position, Topic.slug)))


def topic(topic_id: int) -> Topic:
    """A topic, for whoever edits it."""
    found = db.session.get(Topic, topic_id)
    if found is None:
        raise Missing()
    return found
