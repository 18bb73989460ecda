"""What a reader opens: an article in their language, a topic, what articles lead to; and whether it helped."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import func, tuple_
from sqlalchemy.orm import joinedload, selectinload

from portal.articles import bodies
from portal.articles.library import REFERENCE
from portal.articles.models import Article, ArticleText, Document, Opinion, Topic
from portal.database import db, locked
from portal.errors import Missing

# what stands in a topic's list; the rest is reached from these
ANSWER_KINDS = ("question", "guide", "folder")
RELATED = 8


class Reference(NamedTuple):
    """An article as another names it."""

    slug: str
    title: str
    kind: str
    language: str


@dataclass(frozen=True, slots=True)
class Page:
    """An article as its page shows it. `fallback`: in French, since it is not written in the reader's language."""

    article: Article
    text: ArticleText
    language: str
    fallback: bool
    body: bodies.Body
    links: dict[str, Reference]  # by the reference that the body or `related` use
    related: tuple[Reference, ...]

    @property
    def topic(self) -> Topic | None:
        return self.article.topic

    def html(self, address: Callable[[str], str]) -> str:
        """The body, with its links to other articles at the `address` of their slug.

        A sheet we do not have is linked to where the source shows it, if it says where it shows things.
        """
        return bodies.with_links(self.body, lambda ref: self._target(ref, address))

    def _target(self, ref: str, address: Callable[[str], str]) -> str:
        if ref in self.links:
            return address(self.links[ref].slug)
        folder = self.article.source_url.rpartition("/")[0]
        audience, _, number = ref.rpartition("/")
        if audience:
            folder = folder.replace(f"/{self.article.audience}/", f"/{audience}/")
        return f"{folder}/{number}" if folder.startswith("https://") else ""


def article_page(slug: str, language: str) -> Page:
    """The published article of this address, in the reader's language or in French. Missing if there is none."""
    article = db.session.scalar(
        db.select(Article)
        .filter_by(slug=slug, state="published")
        .options(selectinload(Article.texts), joinedload(Article.topic))
    )
    if article is None:
        raise Missing()
    return page_of(article, language)


def page_of(article: Article, language: str) -> Page:
    """The page of an article already at hand (a preview shows one that is not published)."""
    shown = next(one for one in (language, REFERENCE, *article.texts) if one in article.texts)
    text = article.texts[shown]
    body = bodies.body_of(article.id or 0, article.version or 0, shown, text.body)
    links = _references(article, {*body.sheets, *article.links}, shown)
    inside = {links[ref].slug for ref in body.sheets if ref in links} | {article.slug}
    related = [links[ref] for ref in article.links if ref in links and links[ref].slug not in inside]
    return Page(article, text, shown, shown != language, body, links, tuple(dict.fromkeys(related))[:RELATED])


def _references(article: Article, refs: Collection[str], language: str) -> dict[str, Reference]:
    """The published articles of the same source that these references name."""
    if not refs:
        return {}
    keys = {ref: (ref.rpartition("/")[0] or article.audience, ref.rpartition("/")[2]) for ref in refs}
    query = (
        db.select(
            Article.audience,
            Article.source_ref,
            Article.slug,
            Article.kind,
            ArticleText.language,
            ArticleText.title,
        )
        .join(ArticleText)
        .where(
            Article.source == article.source,
            tuple_(Article.audience, Article.source_ref).in_(set(keys.values())),
            Article.state == "published",
            ArticleText.language.in_({language, REFERENCE}),
        )
    )
    found: dict[tuple[str, str], Reference] = {}
    for row in db.session.execute(query):
        key = (row.audience, row.source_ref)
        if key not in found or row.language == language:
            found[key] = Reference(row.slug, row.title, row.kind, row.language)
    return {ref: found[key] for ref, key in keys.items() if key in found}


@dataclass(frozen=True, slots=True)
class TopicPage:
    """A topic: its articles a page at a time, by title, and its documents."""

    topic: Topic
    name: str
    description: str
    articles: tuple[Reference, ...]
    total: int
    documents: tuple[Document, ...]


def topic_page(slug: str, language: str, *, limit: int = 50, offset: int = 0) -> TopicPage:
    """What we have of a topic, in the reader's language or in French. Missing if there is no such topic."""
    topic = db.session.scalar(db.select(Topic).filter_by(slug=slug))
    if topic is None:
        raise Missing()
    of_topic = (
        Article.topic_id == topic.id,
        Article.state == "published",
        Article.kind.in_(ANSWER_KINDS),
    )
    total = db.session.scalar(db.select(func.count(Article.id)).where(*of_topic)) or 0
    rows = db.session.execute(
        db.select(Article, ArticleText)
        .join(ArticleText, (ArticleText.article_id == Article.id) & (ArticleText.language == REFERENCE))
        .where(*of_topic)
        .order_by(ArticleText.title, Article.id)
        .limit(limit)
        .offset(offset)
    ).all()
    documents = db.session.scalars(
        db.select(Document).filter_by(topic_id=topic.id, state="published").order_by(Document.title)
    )
    return TopicPage(
        topic=topic,
        name=named(topic.names, language) or slug,
        description=named(topic.descriptions, language),
        articles=tuple(_shown_in(language, rows)),
        total=total,
        documents=tuple(documents),
    )


def _shown_in(language: str, rows: Sequence[Any]) -> list[Reference]:
    """The articles of these rows, under their title in the reader's language where they have one."""
    titles = {}
    if language != REFERENCE:
        ids = [article.id for article, _ in rows]
        query = db.select(ArticleText.article_id, ArticleText.title).where(
            ArticleText.article_id.in_(ids), ArticleText.language == language
        )
        titles = {row.article_id: row.title for row in db.session.execute(query)}
    return [
        Reference(
            article.slug,
            titles.get(article.id, text.title),
            article.kind,
            language if article.id in titles else REFERENCE,
        )
        for article, text in rows
    ]


class TopicSummary(NamedTuple):
    """A topic as the home page names it."""

    slug: str
    name: str
    description: str
    articles: int


def topics(language: str) -> list[TopicSummary]:
    """The topics that have articles, in their order."""
    counted = (
        db.select(Topic, func.count(Article.id))
        .join(Article, Article.topic_id == Topic.id)
        .where(Article.state == "published", Article.kind.in_(ANSWER_KINDS))
        .group_by(Topic.id)
        .order_by(Topic.position, Topic.slug)
    )
    return [
        TopicSummary(
            topic.slug,
            named(topic.names, language) or topic.slug,
            named(topic.descriptions, language),
            count,
        )
        for topic, count in db.session.execute(counted)
    ]


def most_useful(language: str, *, limit: int) -> list[Reference]:
    """The answers that helped most people, the first of all."""
    rows = db.session.execute(
        db.select(Article, ArticleText)
        .join(ArticleText, (ArticleText.article_id == Article.id) & (ArticleText.language == REFERENCE))
        .where(Article.state == "published", Article.kind.in_(ANSWER_KINDS))
        .order_by((Article.helped - Article.not_helped).desc(), Article.id)
        .limit(limit)
    ).all()
    return _shown_in(language, rows)


def titles_of(slugs: Sequence[str], language: str) -> list[Reference]:
    """These articles where published, in the order given, each named in the reader's language or in French."""
    query = db.select(Article.slug, Article.kind, ArticleText.language, ArticleText.title).join(ArticleText)
    query = query.where(Article.slug.in_(slugs), Article.state == "published")
    found: dict[str, Reference] = {}
    for row in db.session.execute(query.where(ArticleText.language.in_({language, REFERENCE}))):
        if row.slug not in found or row.language == language:
            found[row.slug] = Reference(row.slug, row.title, row.kind, row.language)
    return [found[slug] for slug in slugs if slug in found]


def named(texts: dict[str, str], language: str) -> str:
    """The text in the reader's language, or in French."""
    return texts.get(language) or texts.get(REFERENCE, "")


def give_opinion(slug: str, *, helped: bool, visit: str, asked: bool = False) -> None:
    """Notes whether an article helped this visit; a second one replaces the first. `asked`: it sent a request too."""
    article = db.session.scalar(locked(db.select(Article).filter_by(slug=slug, state="published")))
    if article is None:
        raise Missing()
    before = db.session.scalar(db.select(Opinion).filter_by(article_id=article.id, visit=visit))
    if before is not None and before.helped == helped:
        return
    if before is None:
        db.session.add(Opinion(article_id=article.id, visit=visit, helped=helped, asked=asked))
    else:
        before.helped = helped
    _count(article.id, helped, 1)
    if before is not None:
        _count(article.id, not helped, -1)


def note_request(visit: str) -> None:
    """This visit sends a request: what it said had helped was not enough. The request keeps no trace of the visit."""
    db.session.execute(db.update(Opinion).where(Opinion.visit == visit).values(asked=True))


def _count(article_id: int, helped: bool, change: int) -> None:
    """Outside the article's version: an opinion must not make an editor's save stale."""
    column = Article.helped if helped else Article.not_helped
    statement = db.update(Article).where(Article.id == article_id).values({column: column + change})
    db.session.execute(statement, execution_options={"synchronize_session": False})
