"""Tables of the lines room."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.database import Base, Versioned


class Line(Versioned, Base):
    """A number of ours. `texts` are what it says, by name then language; `welcome`, `closed`, `wait`, `voicemail`…"""

    __tablename__ = "lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)  # E.164: calls
    # E.164: texts, where they have a number of their own
    text_number: Mapped[str | None] = mapped_column(unique=True)
    # E.164: calls that a machine places, which may not show the number of a town hall
    automatic_number: Mapped[str | None] = mapped_column(unique=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[str]
    languages: Mapped[list[str]] = mapped_column(default=list)
    language_keys: Mapped[dict[str, str]] = mapped_column(default=dict)  # key -> language
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    schedule: Mapped[dict[str, Any]] = mapped_column(default=dict)  # as a service's
    emergency: Mapped[bool] = mapped_column(default=False)  # its `emergency` text comes before all else
    relay_url: Mapped[str] = mapped_column(default="")  # where deaf people reach the same people
    relay_schedule: Mapped[dict[str, Any]] = mapped_column(default=dict)
    records_calls: Mapped[bool] = mapped_column(default=False)
    takes_messages: Mapped[bool] = mapped_column(default=True)  # when closed, a message may be left
    menus: Mapped[list[MenuVersion]] = relationship(back_populates="line", order_by="MenuVersion.number")


class MenuVersion(Versioned, Base):
    """A line's menu as it was at one time. `tree` is a step, in which others are nested (see `lines.menus`).

    A call goes on with the version it began with, whatever is published meanwhile.
    """

    __tablename__ = "menu_versions"
    __table_args__ = (UniqueConstraint("line_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(default="draft")  # draft, published, retired
    tree: Mapped[dict[str, Any]] = mapped_column(default=dict)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_at: Mapped[datetime | None]
    line: Mapped[Line] = relationship(back_populates="menus")


class MenuTrial(Base):
    """The next call of this telephone to the line hears this version, before callers do; then `call_ref` is set."""

    __tablename__ = "menu_trials"
    __table_args__ = (UniqueConstraint("line_id", "phone"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("menu_versions.id"))
    phone: Mapped[str]  # E.164
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    call_ref: Mapped[str | None]
    expires_at: Mapped[datetime]
