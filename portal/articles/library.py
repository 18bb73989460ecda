"""Searching what we answer: the index proposes, the database decides.

What the index proposes is kept only if it is published now, in the index's order, with what a page of results,
a text message or another program needs to show of it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Row

from knowledge_base.search import Hit as Proposal
from knowledge_base.search import Searcher
from portal.articles.models import Article, ArticleText, Document, DocumentFile, Topic
from portal.database import db
from portal.directory import stamps

Parts = tuple[tuple[str, bool], ...]  # a text in pieces: (words, whether they were asked for)

REFERENCE = "fr"  # the language every article has
TOPICS = "topics"  # the stamp of their names
LONGEST_QUESTION = 500
CANDIDATES = 40  # as many articles may say whose matter it is, though fewer are shown


class File(NamedTuple):
    """One format in which a document can be taken away."""

    id: int
    format: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer. `noun` is `article` or `document`, and names its address with `slug`.

    `language` is that of what is shown: not the reader's when `fallback`. `contacts` are whom the article sends
    people to: a sign of whose matter it is.
    """

    noun: str
    id: int
    slug: str
    source_ref: str
    kind: str
    title: str
    title_parts: Parts
    snippet: Parts
    score: float
    language: str
    fallback: bool
    topic: str = ""
    audience: str = ""
    page: int | None = None
    files: tuple[File, ...] = ()
    contacts: tuple[dict[str, Any], ...] = ()
    summary: str = ""


class Candidate(NamedTuple):
    """An article that the index proposes, shown or not, and what it is worth."""

    article_id: int
    score: float


class TopicCount(NamedTuple):
    """A topic among the answers, in the reader's language, and how many are of it."""

    slug: str
    name: str
    found: int


@dataclass(frozen=True, slots=True)
class Answers:
    """What was found. `sure`: the first may be sent without anybody reading the question beforehand.

    `topic` is what the question is about, empty where what was found leaves a doubt of it.
    `candidates` are the first articles, best first, as the index has them: the database has not decided on them.
    """

    question: str
    language: str
    total: int = 0
    hits: tuple[Hit, ...] = ()
    did_you_mean: str | None = None
    corrected: bool = False
    sure: bool = False
    confidence: float = 0.0
    topic: str = ""
    topics: tuple[TopicCount, ...] = field(default=())
    candidates: tuple[Candidate, ...] = ()


def find(
    searcher: Searcher,
    question: str,
    *,
    language: str,
    audience: str | None = None,
    topics: Collection[str] = (),
    kinds: Collection[str] = (),
    limit: int = 10,
    offset: int = 0,
) -> Answers:
    """The answers to a question in the reader's language, and in French where there is none, best first."""
    question = " ".join(question.split())[:LONGEST_QUESTION]
    if not question:
        return Answers(question, language)
    found = searcher.find(
        question,
        language=language,
        languages=tuple(dict.fromkeys((language, REFERENCE))),
        audience=audience,
        topics=topics,
        kinds=kinds,
        limit=max(limit, CANDIDATES),
        offset=offset,
    )
    proposed = found.hits[:limit]
    hits = _published(proposed, language)
    first_stands = bool(hits) and hits[0].score == proposed[0].score
    return Answers(
        question=question,
        language=language,
        total=found.total - (len(proposed) - len(hits)),
        hits=tuple(hits),
        did_you_mean=found.did_you_mean,
        corrected=found.corrected,
        sure=found.sure and first_stands,
        confidence=found.confidence,
        topic=hits[0].topic if found.topic and first_stands else "",
        topics=_named(found.topics, language),
        candidates=candidates(found.hits),
    )


def candidates(proposed: Sequence[Proposal]) -> tuple[Candidate, ...]:
    """The articles among what the index proposes."""
    articles = (hit for hit in proposed if hit.group.startswith("article/"))
    return tuple(Candidate(int(hit.group[8:]), float(hit.score)) for hit in articles)


def topic_about(searcher: Searcher, words: str, *, language: str) -> int | None:
    """The topic of what these words ask for; None where that is not sure: better no queue than a wrong one."""
    languages = tuple(dict.fromkeys((language, REFERENCE)))
    found = searcher.find(words[:LONGEST_QUESTION], language=language, languages=languages, limit=1)
    if not found.topic:
        return None
    noun, _, number = found.hits[0].group.partition("/")
    table = Article if noun == "article" else Document
    return db.session.scalar(db.select(table.topic_id).filter_by(id=int(number), state="published"))


def suggest_completions(searcher: Searcher, beginning: str, *, language: str, limit: int = 8) -> list[str]:
    """Titles and frequent questions that begin so, for a person who is still typing."""
    beginning = " ".join(beginning.split())[:100]
    return searcher.complete(beginning, language=language, limit=limit) if len(beginning) > 1 else []


def _published(proposed: Sequence[Proposal], language: str) -> list[Hit]:
    """Those of the proposals that are published now, as they are to be shown."""
    articles = _articles([int(hit.group[8:]) for hit in proposed if hit.group.startswith("article/")])
    documents = _documents([int(hit.group[9:]) for hit in proposed if hit.group.startswith("document/")])
    hits = []
    for proposal in proposed:
        noun, _, number = proposal.group.partition("/")
        if noun == "article" and int(number) in articles:
            hits.append(_article_hit(proposal, articles[int(number)], language))
        elif noun == "document" and int(number) in documents:
            hits.append(_document_hit(proposal, documents[int(number)], language))
    return hits


def _articles(ids: Sequence[int]) -> dict[int, dict[str, Row[Any]]]:
    """The published ones among these articles: their row in each language."""
    if not ids:
        return {}
    query = (
        db.select(
            Article.id,
            Article.slug,
            Article.source_ref,
            Article.kind,
            Article.audience,
            Article.contacts,
            Topic.slug.label("topic"),
            ArticleText.language,
            ArticleText.title,
            ArticleText.summary,
        )
        .join(ArticleText)
        .join(Topic, isouter=True)
        .where(Article.id.in_(ids), Article.state == "published")
    )
    found: dict[int, dict[str, Row[Any]]] = {}
    for row in db.session.execute(query):
        found.setdefault(row.id, {})[row.language] = row
    return found


def _article_hit(proposal: Proposal, rows: dict[str, Row[Any]], language: str) -> Hit:
    """Shown in the reader's language if the article has it, even when it was found by its French words."""
    matched = proposal.language
    shown = next(one for one in (language, matched, REFERENCE, *rows) if one in rows)
    row = rows[shown]
    as_found = shown == matched and row.title == proposal.title
    return Hit(
        noun="article",
        id=row.id,
        slug=row.slug,
        source_ref=row.source_ref,
        kind=row.kind,
        title=row.title,
        title_parts=tuple(proposal.title_parts) if as_found else ((row.title, False),),
        snippet=tuple(proposal.snippet) if as_found else ((row.summary, False),),
        score=proposal.score,
        language=shown,
        fallback=shown != language,
        topic=row.topic or "",
        audience=row.audience,
        contacts=tuple(row.contacts),
        summary=row.summary,
    )


def _documents(ids: Sequence[int]) -> dict[int, tuple[Row[Any], list[File]]]:
    """The published ones among these documents, with their files."""
    if not ids:
        return {}
    query = (
        db.select(
            Document.id,
            Document.slug,
            Document.title,
            Document.summary,
            Document.language,
            Topic.slug.label("topic"),
            DocumentFile.id.label("file_id"),
            DocumentFile.format,
            DocumentFile.name,
            DocumentFile.size,
        )
        .join(DocumentFile)
        .join(Topic, isouter=True)
        .where(Document.id.in_(ids), Document.state == "published")
        .order_by(DocumentFile.id)
    )
    found: dict[int, tuple[Row[Any], list[File]]] = {}
    for row in db.session.execute(query):
        found.setdefault(row.id, (row, []))[1].append(File(row.file_id, row.format, row.name, row.size))
    return found


def _document_hit(proposal: Proposal, found: tuple[Row[Any], list[File]], language: str) -> Hit:
    row, files = found
    as_found = row.title == proposal.title
    return Hit(
        noun="document",
        id=row.id,
        slug=row.slug,
        source_ref="",
        kind="document",
        title=row.title,
        title_parts=tuple(proposal.title_parts) if as_found else ((row.title, False),),
        snippet=tuple(proposal.snippet),
        score=proposal.score,
        language=proposal.language,
        fallback=proposal.language != language,
        topic=row.topic or "",
        page=proposal.page,
        files=tuple(files),
        summary=row.summary,
    )


def _named(counts: dict[str, int], language: str) -> tuple[TopicCount, ...]:
    if not counts:
        return ()
    known = stamps.kept(TOPICS, _read_topics)
    named = [
        TopicCount(slug, names.get(language) or names.get(REFERENCE, slug), counts[slug])
        for slug, names in known
        if slug in counts
    ]
    return tuple(sorted(named, key=lambda topic: -topic.found))


def _read_topics() -> list[tuple[str, dict[str, str]]]:
    rows = db.session.execute(db.select(Topic.slug, Topic.names).order_by(Topic.slug))
    return [(slug, dict(names)) for slug, names in rows]


stamps.follow(TOPICS, Topic)
