"""What is read from a source (`Sheet`) and what is indexed (`Entry`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom a sheet sends people to. `kind` is the directory's kind of service (`mairie`, `caf`…), if known."""

    source_ref: str
    title: str
    kind: str = ""
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Another sheet, an online service or a form; `source_ref` is empty for an outside address."""

    title: str
    source_ref: str = ""
    url: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page as its source wrote it, ready to be stored, shown and indexed.

    `body` is Markdown whatever the source was: tabs and situations are headings. `source_ref` is unique within
    an `audience` only. `kind` is one of `KINDS`. `digest` changes when, and only when, the content does.
    """

    source_ref: str
    audience: str
    kind: str
    language: str
    title: str
    body: str
    summary: str = ""
    topic: str = ""
    breadcrumb: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    contacts: tuple[Contact, ...] = ()
    url: str = ""
    updated: date | None = None
    digest: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


KINDS = (
    "question",
    "guide",
    "folder",
    "form",
    "online_service",
    "letter",
    "simulator",
    "service",
    "document",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be found. `id` is unique in the index; entries of one `group` are shown as one hit.

    `links` are ids of entries this one points to: being pointed to is a sign of worth. `popularity` is that
    worth as the caller knows it (views, 0 for none). `page` is the page of a document, None elsewhere.
    """

    id: str
    kind: str
    language: str
    title: str
    audience: str = ""
    summary: str = ""
    keywords: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    body: str = ""
    links: tuple[str, ...] = ()
    popularity: float = 0.0
    topic: str = ""
    group: str = ""
    page: int | None = None
