"""Tables of the lines room."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database import Base, Versioned


class Line(Versioned, Base):
    """A number of ours. `texts` are what it says, by name then language; `welcome`, `closed`, `wait`, `voicemail`…"""

    __tablename__ = "lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)  # E.164: calls
    text_number: Mapped[str | None] = mapped_column(
        unique=True
    )  # E.164: texts, where they have a number of their own
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[str]
    languages: Mapped[list[str]] = mapped_column(default=list)
    language_keys: Mapped[dict[str, str]] = mapped_column(default=dict)  # key -> language
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    schedule: Mapped[dict[str, Any]] = mapped_column(default=dict)  # as a service's
    choices: Mapped[list[MenuChoice]] = relationship(back_populates="line", order_by="MenuChoice.position")


class MenuChoice(Base):
    """What pressing a key does: a queue, with a topic; key 0 is always a person."""

    __tablename__ = "menu_choices"
    __table_args__ = (UniqueConstraint("line_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    key: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    says: Mapped[dict[str, str]] = mapped_column(default=dict)  # by language
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    queue_id: Mapped[int] = mapped_column(ForeignKey("queues.id"))
    line: Mapped[Line] = relationship(back_populates="choices")
