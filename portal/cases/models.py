"""Tables of the cases room."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.database import Base, Versioned


class Case(Versioned, Base):
    __tablename__ = "cases"
    __table_args__ = (Index("ix_cases_citizen", "citizen_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(
        unique=True
    )  # public, drawn at random with a check character; no key
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    identifier_id: Mapped[int | None] = mapped_column(ForeignKey("identifiers.id"))
    citizen_id: Mapped[int | None] = mapped_column(ForeignKey("citizens.id"))
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
    subject: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")  # open, waiting (for the citizen), closed
    answer_due_at: Mapped[datetime | None]
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    closed_at: Mapped[datetime | None]
    promises: Mapped[list[Promise]] = relationship(back_populates="case")


class Promise(Base):
    """What was said would be done, by when, and by whom."""

    __tablename__ = "promises"
    __table_args__ = (
        Index("ix_promises_citizen", "citizen_id", "due_at"),
        Index("ix_promises_due", "organization_id", "kept_at", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    citizen_id: Mapped[int | None] = mapped_column(ForeignKey("citizens.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str]
    due_at: Mapped[datetime]
    kept_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    case: Mapped[Case | None] = relationship(back_populates="promises")
