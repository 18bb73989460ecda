"""What the index is made of: published articles in each language with the links between them, and document pages.

Rows are read within the index's own lock, some at a time, in short transactions that only read: whoever saves
meanwhile asks for an update, which comes after and reads again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session, joinedload, selectinload

from knowledge_base import index as indexes
from knowledge_base.entry import Entry, Link, Sheet
from knowledge_base.reading import DocumentText, document_to_entries, sheet_to_entry
from portal import clock, jobs
from portal.articles import searches
from portal.articles.models import Article, ArticleText, Document
from portal.config import LANGUAGES
from portal.database import brief_read, db
from portal.jobs import Job

AT_ONCE = 200
SAFETY = timedelta(minutes=10)  # a command that dies before it rebuilt the index leaves this to a worker

Progress = Callable[[int, int | None], None]
Targets = dict[tuple[str, str], dict[str, str]]  # (audience, source_ref) → entry id by language


def article_entry_id(article_id: int, language: str) -> str:
    return f"article/{article_id}/{language}"


def document_entry_id(document_id: int, number: int) -> str:
    return f"document/{document_id}#{number}"


def rebuild(folder: Path, progress: Progress | None = None) -> int:
    """Builds the whole index beside the live one and swaps it in; returns how many entries it holds."""
    return indexes.build(folder, entries(), progress=progress, queries=_frequent())


def renew_questions(folder: Path) -> None:
    """Gives completion what is asked often by now."""
    indexes.renew_queries(folder, _frequent())


def is_missing(folder: Path) -> bool:
    """Whether something is published, and no index that this version can read holds it."""
    if indexes.generation(folder):
        return False
    published = (db.select(table.id).filter_by(state="published").limit(1) for table in (Article, Document))
    return any(db.session.scalar(query) is not None for query in published)


def ask_missing(folder: Path) -> None:
    """Has a worker build the index where it is missing, unless one is to already."""
    if is_missing(folder) and not waiting_rebuilds():
        ask_rebuild()


def _frequent() -> dict[str, list[str]]:
    with brief_read() as session:
        return {language: searches.frequent_queries(session, language) for language in LANGUAGES}


def update(
    folder: Path, *, articles: Collection[int] = (), documents: Mapping[int, int] | None = None
) -> None:
    """Takes up what these articles and documents now are. `documents` gives the most pages each ever had."""
    if not indexes.generation(folder):
        rebuild(folder)
        return
    documents = documents or {}
    removed = [article_entry_id(one, language) for one in articles for language in LANGUAGES]
    for one, pages in documents.items():  # a page in two scripts has two entries
        removed += [document_entry_id(one, number) for number in range(2 * pages + 2)]
    indexes.update(folder, entries(articles=articles, documents=list(documents)), removed)


def ask_update(
    *,
    articles: Sequence[int] = (),
    documents: Mapping[int, int] | None = None,
    dedupe_key: str | None = None,
) -> None:
    """Has a worker update the index once the caller has committed."""
    payload = {"articles": list(articles), "documents": {str(k): n for k, n in (documents or {}).items()}}
    jobs.enqueue("index", payload, dedupe_key=dedupe_key)


def asked(dedupe_key: str) -> int | None:
    """The article that was given to the index under this key, if one was."""
    payload = db.session.scalar(db.select(Job.payload).filter_by(dedupe_key=dedupe_key))
    return payload["articles"][0] if payload else None


def ask_rebuild(*, later: bool = False, dedupe_key: str | None = None) -> None:
    """Has a worker rebuild the index; `later`: unless whoever asks has done it by then."""
    jobs.enqueue("reindex", {}, dedupe_key=dedupe_key, not_before=clock.now() + SAFETY if later else None)


def waiting_rebuilds() -> dict[int, str]:
    """The rebuilds that wait for a worker: job and dedupe key."""
    rows = db.session.execute(
        db.select(Job.id, Job.dedupe_key).where(Job.kind == "reindex", Job.state == "waiting")
    )
    return {job_id: key or "" for job_id, key in rows}


def settle(waiting: Collection[int]) -> None:
    """Those rebuilds need not be done any more: the caller has just done it."""
    done = db.update(Job).where(Job.id.in_(waiting), Job.state == "waiting")
    db.session.execute(done.values(state="done", done_at=clock.now()))


def entries(
    *, articles: Collection[int] | None = None, documents: Collection[int] | None = None
) -> Iterator[Entry]:
    """The entries of these articles and documents; of all of them when neither is named."""
    everything = articles is None and documents is None
    if everything or articles:
        yield from _article_entries(articles)
    if everything or documents:
        yield from _document_entries(documents)


def _article_entries(only: Collection[int] | None) -> Iterator[Entry]:
    last = 0
    while True:
        with brief_read() as session:
            rows = _next_articles(session, only, last)
            targets = _targets(session, rows)
        if not rows:
            return
        for article in rows:
            for text in article.texts.values():
                yield _entry(article, text, targets)
        last = rows[-1].id


def _next_articles(session: Session, only: Collection[int] | None, after: int) -> Sequence[Article]:
    query = db.select(Article).where(Article.id > after, Article.state == "published")
    if only is not None:
        query = query.where(Article.id.in_(only))
    query = query.options(selectinload(Article.texts), joinedload(Article.topic))
    return session.scalars(query.order_by(Article.id).limit(AT_ONCE)).all()


def _targets(session: Session, articles: Sequence[Article]) -> Targets:
    """The entries that these articles' links lead to."""
    refs = {ref.rpartition("/")[2] for article in articles for ref in article.links}
    if not refs:
        return {}
    rows = session.execute(
        db.select(Article.id, Article.audience, Article.source_ref, ArticleText.language)
        .join(ArticleText)
        .where(Article.source_ref.in_(refs), Article.state == "published")
    )
    targets: Targets = {}
    for article_id, audience, ref, language in rows:
        targets.setdefault((audience, ref), {})[language] = article_entry_id(article_id, language)
    return targets


def _entry(article: Article, text: ArticleText, targets: Targets) -> Entry:
    ids = {}
    for link in article.links:
        audience, _, ref = link.rpartition("/")
        found = targets.get((audience or article.audience, ref), {})
        ids[link] = found.get(text.language) or found.get("fr", "")
    sheet = Sheet(
        source_ref=article.source_ref,
        audience=article.audience,
        kind=article.kind,
        language=text.language,
        title=text.title,
        body=text.body,
        summary=text.summary,
        topic=article.topic.slug if article.topic else "",
        breadcrumb=tuple(article.breadcrumb),
        keywords=tuple(text.keywords),
        questions=tuple(text.questions),
        links=tuple(Link(title="", source_ref=link) for link in article.links),
    )
    made = sheet_to_entry(sheet, id=article_entry_id(article.id, text.language), ids=ids)
    return replace(made, group=f"article/{article.id}", popularity=float(article.helped))


def _document_entries(only: Collection[int] | None) -> Iterator[Entry]:
    last = 0
    while True:
        with brief_read() as session:
            document = _next_document(session, only, last)
        if document is None:
            return
        yield from _document_entry(document)
        last = document.id


def _next_document(session: Session, only: Collection[int] | None, after: int) -> Document | None:
    query = db.select(Document).where(Document.id > after, Document.state == "published")
    if only is not None:
        query = query.where(Document.id.in_(only))
    query = query.options(
        selectinload(Document.pages), selectinload(Document.files), joinedload(Document.topic)
    )
    return session.scalar(query.order_by(Document.id).limit(1))


def _document_entry(document: Document) -> Iterator[Entry]:
    """Its pages, each in its own language; and in French what we say of it, when no page is."""
    written = {page.number: page.text for page in document.pages}
    text = DocumentText(
        format="",
        language=document.language,
        title=document.title,
        pages=tuple(written.get(number, "") for number in range(1, max(written, default=0) + 1)),
        empty=not written,
        fingerprint="",
    )
    topic = document.topic.slug if document.topic else ""
    found = document_to_entries(
        text,
        id=f"document/{document.id}",
        name=document.files[0].name if document.files else "",
        summary=document.summary,
        topic=topic,
    )
    if all(entry.language != "fr" for entry in found):
        found.append(replace(found[0], language="fr", body="", page=None))
    for number, entry in enumerate(found):
        page = entry.page if len(text.pages) > 1 else None
        yield replace(entry, id=document_entry_id(document.id, number), page=page)
