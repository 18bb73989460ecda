"""Tables of what we answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.orm.collections import attribute_keyed_dict

from portal import clock
from portal.database import Base, Versioned

STATES = ("draft", "published", "retired")


class Topic(Versioned, Base):
    __tablename__ = "topics"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int] = mapped_column(default=0)
    names: Mapped[dict[str, str]] = mapped_column(default=dict)  # by language
    descriptions: Mapped[dict[str, str]] = mapped_column(default=dict)


class Article(Versioned, Base):
    """An answer, in one or several languages. `source_ref` is unique within a source's audience."""

    __tablename__ = "articles"
    __table_args__ = (UniqueConstraint("source", "audience", "source_ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    source: Mapped[str] = mapped_column(default="relais")
    audience: Mapped[str] = mapped_column(default="")
    source_ref: Mapped[str]
    source_url: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="question")
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"), index=True)
    state: Mapped[str] = mapped_column(default="published")
    contacts: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # [{service}|{kind, title, url}]
    links: Mapped[list[str]] = mapped_column(default=list)  # source_refs of the same audience
    breadcrumb: Mapped[list[str]] = mapped_column(default=list)
    updated_on: Mapped[date | None]
    helped: Mapped[int] = mapped_column(default=0)
    not_helped: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    topic: Mapped[Topic | None] = relationship()
    texts: Mapped[dict[str, ArticleText]] = relationship(
        collection_class=attribute_keyed_dict("language"),
        cascade="all, delete-orphan",
        back_populates="article",
    )


class ArticleText(Base):
    """One language of an article; `body` is Markdown. The save that changes it raises the article's version.

    `digest` is that of the sheet it was read from, empty when it was written or changed here: an import then
    leaves it alone.
    """

    __tablename__ = "article_texts"

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(default="")
    keywords: Mapped[list[str]] = mapped_column(default=list)
    questions: Mapped[list[str]] = mapped_column(default=list)
    digest: Mapped[str] = mapped_column(default="")
    article: Mapped[Article] = relationship(back_populates="texts")


class Document(Versioned, Base):
    """A text to download, in one or several formats."""

    __tablename__ = "documents"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="fr")
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"), index=True)
    state: Mapped[str] = mapped_column(default="published")
    fingerprint: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_on: Mapped[date | None]
    topic: Mapped[Topic | None] = relationship()
    files: Mapped[list[DocumentFile]] = relationship(
        back_populates="document", cascade="all, delete-orphan", order_by="DocumentFile.id"
    )
    pages: Mapped[list[DocumentPage]] = relationship(
        cascade="all, delete-orphan", order_by="DocumentPage.number"
    )


class DocumentFile(Base):
    """One format of a document. Kept under its digest; given under its name."""

    __tablename__ = "document_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), index=True)
    format: Mapped[str]  # pdf, docx, odt
    name: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)
    without_text: Mapped[bool] = mapped_column(default=False)
    document: Mapped[Document] = relationship(back_populates="files")


class DocumentPage(Base):
    __tablename__ = "document_pages"

    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(default="")


class Search(Base):
    """What was searched: words with digit runs masked, no citizen, no address. `visit` is a random, day-long mark."""

    __tablename__ = "searches"
    __table_args__ = (Index("ix_searches_words", "language", "words"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    words: Mapped[str]
    language: Mapped[str]
    commune: Mapped[str] = mapped_column(default="")
    channel: Mapped[str] = mapped_column(default="web")
    found: Mapped[int]  # how many hits
    first: Mapped[str] = mapped_column(default="")  # slug of the first hit
    topic: Mapped[str] = mapped_column(default="")  # slug of the topic of the first hits
    service: Mapped[str] = mapped_column(default="")  # slug of the service proposed
    visit: Mapped[str] = mapped_column(default="")


class Opinion(Base):
    """Whether an article helped, once a visit."""

    __tablename__ = "opinions"
    __table_args__ = (UniqueConstraint("article_id", "visit"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    visit: Mapped[str] = mapped_column(index=True)
    helped: Mapped[bool]
    asked: Mapped[bool] = mapped_column(default=False)  # the same visit sent a request all the same
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
