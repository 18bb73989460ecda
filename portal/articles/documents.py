"""Documents to download: found by their pages, given under their name.

The same text in two formats is one document with two files; an upload is read and kept (see `files`) before any
row is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import flag_modified

from knowledge_base.reading import DocumentText
from knowledge_base.reading.fingerprint import alike
from portal import clock, history
from portal.articles import index
from portal.articles.files import Upload
from portal.articles.models import STATES, Document, DocumentFile, DocumentPage, Topic
from portal.articles.slugs import free_slug
from portal.database import check_version, db, locked
from portal.directory.names import slug_of
from portal.errors import N_, Missing, Refused
from portal.history import Actor


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an upload: `new`, `changed`, `same`, or `format` (another format of a document we had)."""

    document: Document
    what: str


def find_file(slug: str, file_id: int) -> DocumentFile:
    """A file of a published document, for whoever downloads it."""
    file = db.session.get(DocumentFile, file_id)
    if file is None or file.document.slug != slug or file.document.state != "published":
        raise Missing()
    return file


def document_page(slug: str) -> Document:
    """The published document of this address, with its files."""
    query = db.select(Document).filter_by(slug=slug, state="published")
    document = db.session.scalar(query.options(selectinload(Document.files)))
    if document is None:
        raise Missing()
    return document


def add_document(
    upload: Upload,
    *,
    by: Actor,
    title: str = "",
    summary: str = "",
    topic: str = "",
    state: str = "published",
    replace_same_name: bool = False,
) -> Outcome:
    """The document of an upload: a new one, or one we had, of which this is the same file or another format.

    `replace_same_name`: a file of the same name is an older version of this one, as in a folder read again.
    """
    known = db.session.scalar(db.select(DocumentFile).filter_by(sha256=upload.sha256))
    if known is not None:
        return Outcome(known.document, "same")
    if replace_same_name:
        older = db.session.scalar(db.select(DocumentFile).filter_by(name=upload.name))
        if older is not None:
            return Outcome(_replace(older.document, older, upload, by), "changed")
    twin = _twin(upload.text)
    if twin is not None:
        return Outcome(_add_format(twin, upload, by), "format")
    title = " ".join((title or upload.text.title or Path(upload.name).stem.replace("_", " ")).split())
    document = Document(
        slug=_free_slug(title),
        title=title,
        summary=summary,
        language=upload.text.language,
        topic=_topic(topic),
        state=state,
        fingerprint=upload.text.fingerprint,
        updated_on=clock.local_day(),
    )
    db.session.add(document)
    _attach(document, upload)
    _set_pages(document, upload.text)
    db.session.flush()
    history.record("document.added", document, by=by, details={"title": title, "file": upload.name})
    _ask(document)
    return Outcome(document, "new")


def replace_file(document_id: int, upload: Upload, *, version: int, by: Actor) -> Document:
    """Another version of a document's text. Its file in that format is replaced; those in other formats go with
    the text they no longer say."""
    document = _locked(document_id)
    check_version(document, version, {"title": document.title})
    same = next((file for file in document.files if file.format == upload.text.format), None)
    return _replace(document, same, upload, by)


def save_document(
    document_id: int,
    *,
    version: int,
    title: str,
    summary: str,
    topic: str,
    state: str,
    language: str,
    by: Actor,
) -> Document:
    """What we say of a document, and whether it is shown. Stale if another saved meanwhile."""
    document = _locked(document_id)
    wanted = {"title": title, "summary": summary, "state": state, "language": language}
    check_version(document, version, wanted)
    if not title:
        raise Refused(N_("Écrivez un titre."), field="title")
    if state not in STATES:
        raise Refused(N_("Choisissez une des réponses proposées."), field="state")
    before = {name: getattr(document, name) for name in wanted}
    before["topic"] = document.topic.slug if document.topic else ""
    for name, value in wanted.items():
        setattr(document, name, value)
    document.topic = _topic(topic)
    after = {**wanted, "topic": topic}
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        details = {
            "before": {name: before[name] for name in changed},
            "after": {name: after[name] for name in changed},
        }
        history.record("document.saved", document, by=by, details=details)
        _ask(document)
    return document


def _locked(document_id: int) -> Document:
    document = db.session.scalar(locked(db.select(Document).filter_by(id=document_id)))
    if document is None:
        raise Missing()
    return document


def _add_format(document: Document, upload: Upload, by: Actor) -> Document:
    """Another format of the same text. Pages are those of the PDF where there is one: they are what readers see."""
    old_pages = len(document.pages)
    _attach(document, upload)
    if upload.text.format == "pdf":
        _set_pages(document, upload.text)
    history.record("document.format_added", document, by=by, details={"format": upload.text.format})
    _ask(document, old_pages)
    return document


def _replace(document: Document, file: DocumentFile | None, upload: Upload, by: Actor) -> Document:
    old_pages = len(document.pages)
    stays = alike(document.fingerprint, upload.text.fingerprint)
    for other in list(document.files):
        if other is file or not stays:
            document.files.remove(other)
    _attach(document, upload)
    document.fingerprint = upload.text.fingerprint
    document.updated_on = clock.local_day()
    _set_pages(document, upload.text)
    history.record("document.replaced", document, by=by, details={"file": upload.name})
    _ask(document, old_pages)
    return document


def _attach(document: Document, upload: Upload) -> None:
    document.files.append(
        DocumentFile(
            format=upload.text.format,
            name=upload.name,
            size=upload.size,
            sha256=upload.sha256,
            without_text=upload.text.empty,
        )
    )
    flag_modified(document, "slug")  # a file is part of its document: the document's version must grow


def _set_pages(document: Document, text: DocumentText) -> None:
    document.pages.clear()
    db.session.flush()
    document.pages.extend(
        DocumentPage(number=number, text=page) for number, page in enumerate(text.pages, 1) if page.strip()
    )


def _twin(text: DocumentText) -> Document | None:
    """The document that says the same and lacks this format."""
    if text.empty or not text.fingerprint:
        return None
    rows = db.session.execute(
        db.select(Document.id, Document.fingerprint).where(
            Document.state != "retired", Document.language == text.language, Document.fingerprint != ""
        )
    )
    for document_id, fingerprint in rows.all():
        if alike(fingerprint, text.fingerprint):
            document = db.session.get(Document, document_id)
            if document and text.format not in {file.format for file in document.files}:
                return document
    return None


def _ask(document: Document, pages: int = 0) -> None:
    """Has the index take up a document. `pages` is how many it had before."""
    last = max((page.number for page in document.pages), default=0)
    db.session.flush()
    index.ask_update(documents={document.id: max(last, pages)})


def _topic(slug: str) -> Topic | None:
    return db.session.scalar(db.select(Topic).filter_by(slug=slug)) if slug else None


def _free_slug(title: str) -> str:
    slug = slug_of(title) or "document"
    taken = db.session.scalars(db.select(Document.slug).where(Document.slug.like(f"{slug}%")))
    return free_slug(slug, set(taken))
