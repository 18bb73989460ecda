"""Tables of the records room. Records, words and marks can be made again from what they were read from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Dialect, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from portal import clock
from portal.database import Base

CONTACT, CASE, CITIZEN = 1, 2, 3
KINDS = {CONTACT: "contacts", CASE: "cases", CITIZEN: "citizens"}


class Words(TypeDecorator[frozenset[str]]):
    """A set of words of ours (letters, digits, `_`): a tsvector on PostgreSQL, elsewhere a text."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(TSVECTOR() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else " ".join(sorted(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> frozenset[str]:
        return frozenset(str(value or "").replace("'", "").split())


class Record(Base):
    """The words of a contact, a case or a citizen, with those that say what it is, whose and of when.

    Who may see it does not stand here: that may change at any time, and is asked of the tables. On SQLite the
    words are looked up in `record_words`, which triggers keep (migration 0024).
    """

    __tablename__ = "records"
    __table_args__ = (
        Index(
            "ix_records_words", "words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}
        ).ddl_if(dialect="postgresql"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # see `record_id`
    at: Mapped[datetime]
    words: Mapped[frozenset[str]] = mapped_column(Words)


class SeenWord(Base):
    """A word as it was written in what an organization may read, to be proposed to who mistypes it.

    Names of citizens are every organization's: they stand under 0.
    """

    __tablename__ = "seen_words"
    __table_args__ = (Index("ix_seen_words_backwards", "organization_id", "backwards"),)

    organization_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    word: Mapped[str] = mapped_column(
        Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True
    )
    backwards: Mapped[str] = mapped_column(Text().with_variant(Text(collation="C"), "postgresql"))
    written: Mapped[str]  # with its accents
    times: Mapped[int] = mapped_column(default=0)  # roughly: how many records said it


class Lookup(Base):
    """What a member of staff looked for, so that its page has an address that says nothing. Forgotten within a day."""

    __tablename__ = "lookups"

    name: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked: Mapped[dict[str, str]] = mapped_column(default=dict)
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


class Mark(Base):
    """How far a log was read, and the numbers passed over: a transaction may have them still."""

    __tablename__ = "record_marks"

    log: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(default=0)
    holes: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # first, last, since


def record_id(kind: int, subject_id: int) -> int:
    return 4 * subject_id + kind
