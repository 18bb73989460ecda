"""The table of appearances."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal import clock
from portal.database import Base, Versioned


class Appearance(Versioned, Base):
    """What an organization's pages looked like at one time, look like now, or may look like."""

    __tablename__ = "appearances"
    __table_args__ = (UniqueConstraint("organization_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(default="draft")  # draft, published, retired
    name: Mapped[str]
    colour: Mapped[str]  # "#0d4a57"; it carries white text
    logo_type: Mapped[str] = mapped_column(default="")  # as it is served; empty without a logo
    logo_digest: Mapped[str] = mapped_column(default="", index=True)
    logo: Mapped[bytes] = mapped_column(default=b"", deferred=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_at: Mapped[datetime | None]
