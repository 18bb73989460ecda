"""Tables of the lines room."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database import Base, Versioned


class Line(Versioned, Base):
    __tablename__ = "lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)  # E.164
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[str]
    languages: Mapped[list[str]] = mapped_column(default=list)
    welcome: Mapped[dict[str, str]] = mapped_column(default=dict)  # by language
    closed: Mapped[dict[str, str]] = mapped_column(default=dict)  # said when closed, by language
    schedule: Mapped[dict[str, Any]] = mapped_column(default=dict)  # as a service's
    choices: Mapped[list[MenuChoice]] = relationship(back_populates="line", order_by="MenuChoice.key")


class MenuChoice(Base):
    """What pressing a key does: a queue, with a topic; key 0 is always a person."""

    __tablename__ = "menu_choices"
    __table_args__ = (UniqueConstraint("line_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    key: Mapped[str]
    labels: Mapped[dict[str, str]] = mapped_column(default=dict)  # by language
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    queue_id: Mapped[int] = mapped_column(ForeignKey("queues.id"))
    line: Mapped[Line] = relationship(back_populates="choices")
