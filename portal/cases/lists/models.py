"""Tables of the lists: views that were saved, and changes made to many cases at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal import clock
from portal.database import Base, Versioned

SCOPES = ("mine", "team", "organization")


class SavedView(Versioned, Base):
    """What to look for among the cases, in which order, under a name. `scope`: who sees it, one of SCOPES."""

    __tablename__ = "saved_views"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))  # who made it
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    scope: Mapped[str] = mapped_column(default="mine")
    name: Mapped[str]
    filters: Mapped[dict[str, str]] = mapped_column(default=dict)
    sort: Mapped[str] = mapped_column(default="due")
    form_key: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class BulkChange(Base):
    """One change of many cases, a few at a time, each few a deed. `state`: waiting, running, done, undoing, undone.

    `cases` are their ids and the versions that were looked at; `left_out` why some were left as they are, by id.
    """

    __tablename__ = "bulk_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    change: Mapped[dict[str, Any]] = mapped_column(default=dict)
    says: Mapped[str]
    cases: Mapped[list[list[int]]] = mapped_column(JSON, default=list)
    done: Mapped[int] = mapped_column(default=0)  # how many of `cases` were looked at
    changed: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[dict[str, str]] = mapped_column(default=dict)
    deed_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    state: Mapped[str] = mapped_column(default="waiting")
    form_key: Mapped[str | None] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
