"""Tables of the scripts room."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.articles.models import Topic
from portal.database import Base, Versioned

script_topics = Table(
    "script_topics",
    Base.metadata,
    Column("script_id", ForeignKey("scripts.id"), primary_key=True),
    Column("topic_id", ForeignKey("topics.id"), primary_key=True),
)

script_queues = Table(
    "script_queues",
    Base.metadata,
    Column("script_id", ForeignKey("scripts.id"), primary_key=True),
    Column("queue_id", ForeignKey("queues.id"), primary_key=True),
)


class Script(Versioned, Base):
    """A script through its versions: at most one is published, at most one is a draft."""

    __tablename__ = "scripts"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    topics: Mapped[list[Topic]] = relationship(secondary=script_topics, order_by=Topic.position)
    versions: Mapped[list[ScriptVersion]] = relationship(
        back_populates="script", order_by="ScriptVersion.number"
    )


class ScriptVersion(Base):
    """What a script says. `tree` is described in `scripts.trees`. A published version is never edited."""

    __tablename__ = "script_versions"
    __table_args__ = (UniqueConstraint("script_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    script_id: Mapped[int] = mapped_column(ForeignKey("scripts.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(default="draft")  # draft, published, retired
    tree: Mapped[dict[str, Any]] = mapped_column(default=dict)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_at: Mapped[datetime | None]
    script: Mapped[Script] = relationship(back_populates="versions")


class ScriptPath(Base):
    """The way an agent took through a script in a contact: `[{"step", "asked", "choice", "answer", "then", "at",
    "by"}, …]`. It goes on with the version it began with, whatever is published meanwhile."""

    __tablename__ = "script_paths"
    __table_args__ = (UniqueConstraint("contact_id", "script_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"))
    script_id: Mapped[int] = mapped_column(ForeignKey("scripts.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("script_versions.id"))
    steps: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    begun_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]  # it came to a step that asks nothing more
    version: Mapped[ScriptVersion] = relationship()
    script: Mapped[Script] = relationship()
