"""Sheets read from a source become articles: told new from changed, changed from same, and nothing said twice.

A sheet is known by source, audience and reference, and each of its languages by its digest. A second import
therefore changes nothing, and one that was cut short goes on where it stopped. What was changed here since is
left as it is; what the source no longer has is named, not deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import tuple_
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import flag_modified

from knowledge_base.entry import Sheet
from portal import history
from portal.articles.models import Article, ArticleText, Topic
from portal.articles.slugs import sheet_slug
from portal.database import db, locked
from portal.directory.models import Service
from portal.directory.names import slug_of

BATCH = 40  # sheets in one transaction: it must not hold the write lock for 200 ms
OWN_SOURCE = "relais"
CHANGED_HERE = "modifiée ici depuis : gardée telle quelle"

Key = tuple[str, str, str]  # audience, language, source_ref


@dataclass
class Report:
    """What an import did: identifiers of the articles touched, sheets left out and why, sheets gone."""

    new: int = 0
    changed: int = 0
    same: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    articles: list[int] = field(default_factory=list)
    seen: set[Key] = field(default_factory=set)


def batches(sheets: Iterable[Sheet], size: int = BATCH) -> Iterator[list[Sheet]]:
    """The sheets, a transaction's worth at a time."""
    rest = iter(sheets)
    while batch := list(islice(rest, size)):
        yield batch


def source_of(sheet: Sheet) -> str:
    """The name of the source a sheet comes from: the national site, or ourselves."""
    host = sheet.url.partition("//")[2].partition("/")[0].removeprefix("www.")
    return "service-public.fr" if host in ("service-public.fr", "service-public.gouv.fr") else OWN_SOURCE


def import_sheets(sheets: Sequence[Sheet], *, source: str, report: Report) -> None:
    """Stores one batch of sheets, and adds to `report` what became of each. The caller commits, then goes on."""
    known = _known(sheets, source)
    topics = _topics(sheets)
    named = {contact.source_ref for sheet in sheets for contact in sheet.contacts}
    services = set(db.session.scalars(db.select(Service.slug).where(Service.slug.in_(named))))
    taken = _taken_slugs(sheets)
    touched = []
    for sheet in sheets:
        report.seen.add((sheet.audience, sheet.language, sheet.source_ref))
        article = known.get((sheet.audience, sheet.source_ref))
        text = article.texts.get(sheet.language) if article else None
        if text and text.digest == sheet.digest:
            report.same += 1
            continue
        if text and not text.digest:
            report.skipped.append((sheet.source_ref, CHANGED_HERE))
            continue
        if article is None:
            article = _new_article(sheet, source, taken)
            known[sheet.audience, sheet.source_ref] = article
        write_sheet(article, sheet, topics.get(sheet.topic), services)
        touched.append((article, sheet, text is None))
    _note(touched, report)


def write_sheet(article: Article, sheet: Sheet, topic: Topic | None, services: set[str]) -> None:
    """Makes the article say what the sheet says, in the sheet's language."""
    if topic is not None:
        article.topic = topic
    if sheet.language == "fr" or "fr" not in article.texts:  # facts of the reference version
        article.kind = sheet.kind
        article.source_url = sheet.url
        article.updated_on = sheet.updated
        article.breadcrumb = list(sheet.breadcrumb)
        article.links = list(
            dict.fromkeys(
                link.source_ref
                for link in sheet.links
                if link.source_ref and link.kind not in ("parent", "child")
            )
        )
        article.contacts = [_contact(contact, services) for contact in sheet.contacts]
    text = article.texts.setdefault(sheet.language, ArticleText(language=sheet.language))
    text.title, text.summary, text.body = sheet.title, sheet.summary, sheet.body
    text.keywords, text.questions = list(sheet.keywords), list(sheet.questions)
    text.digest = sheet.digest
    flag_modified(article, "slug")  # a text is part of its article: the article's version must grow


def gone(source: str, report: Report) -> list[str]:
    """What this source had given us, in the audiences and languages just read, and no longer gives."""
    read = {(audience, language) for audience, language, _ in report.seen}
    rows = db.session.execute(
        db.select(Article.audience, ArticleText.language, Article.source_ref)
        .join(ArticleText)
        .where(Article.source == source, Article.state != "retired", ArticleText.digest != "")
    )
    given = {tuple(row) for row in rows if (row.audience, row.language) in read}
    return sorted(ref for _, _, ref in given - report.seen)


def _known(sheets: Sequence[Sheet], source: str) -> dict[tuple[str, str], Article]:
    keys = {(sheet.audience, sheet.source_ref) for sheet in sheets}
    query = (
        db.select(Article)
        .where(Article.source == source, tuple_(Article.audience, Article.source_ref).in_(keys))
        .options(selectinload(Article.texts))
    )
    return {(row.audience, row.source_ref): row for row in db.session.scalars(locked(query))}


def _topics(sheets: Sequence[Sheet]) -> dict[str, Topic]:
    """The topic of each theme named by the sheets, made if it is not yet there."""
    themes = {sheet.topic: slug_of(sheet.topic) for sheet in sheets if slug_of(sheet.topic)}
    query = db.select(Topic).where(Topic.slug.in_(set(themes.values())))
    known = {topic.slug: topic for topic in db.session.scalars(query)}
    for theme, slug in themes.items():
        if slug not in known:
            known[slug] = Topic(slug=slug, names={"fr": theme}, position=100)
            db.session.add(known[slug])
    return {theme: known[slug] for theme, slug in themes.items()}


def _taken_slugs(sheets: Sequence[Sheet]) -> set[str]:
    choices = {slug for sheet in sheets for slug in _slug_choices(sheet)}
    return set(db.session.scalars(db.select(Article.slug).where(Article.slug.in_(choices))))


def _slug_choices(sheet: Sheet) -> list[str]:
    """The slugs that would do for a sheet, best first: two audiences may use one reference."""
    slug = sheet_slug(sheet.title, sheet.source_ref)
    more = [slug_of(f"{slug} {sheet.audience}", longest=100)] if sheet.audience else []
    return [slug, *more, *(f"{slug}-{n}" for n in range(2, 10))]


def _new_article(sheet: Sheet, source: str, taken: set[str]) -> Article:
    slug = next(slug for slug in _slug_choices(sheet) if slug not in taken)
    taken.add(slug)
    article = Article(slug=slug, source=source, audience=sheet.audience, source_ref=sheet.source_ref)
    db.session.add(article)
    return article


def _contact(contact: Any, services: set[str]) -> dict[str, Any]:
    """Whom the sheet sends people to: a service of ours by its slug, else what the source says of it."""
    if contact.source_ref in services:
        return {"service": contact.source_ref}
    said = {
        "source_ref": contact.source_ref,
        "title": contact.title,
        "kind": contact.kind,
        "url": contact.url,
        "note": contact.note,
    }
    return {name: value for name, value in said.items() if value}


def _note(touched: Sequence[tuple[Article, Sheet, bool]], report: Report) -> None:
    db.session.flush()
    for article, sheet, new in touched:
        report.new += new
        report.changed += not new
        report.articles.append(article.id)
        details = {"language": sheet.language, "digest": sheet.digest[:12]}
        history.record(
            "article.imported" if new else "article.changed_by_source",
            article,
            by=history.SYSTEM,
            details=details,
        )
