"""Tables of the referrals room."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.database import Base, Versioned
from portal.directory.models import Service


class ReferralRule(Versioned, Base):
    """A rule through its versions: at most one is in force, at most one is a draft."""

    __tablename__ = "referral_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    versions: Mapped[list[RuleVersion]] = relationship(back_populates="rule", order_by="RuleVersion.number")


class RuleVersion(Base):
    """What a rule says. `state`: draft, published (in force), past. A published version is never edited."""

    __tablename__ = "rule_versions"
    __table_args__ = (
        UniqueConstraint("rule_id", "number"),
        Index("ix_rule_versions_state", "state", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("referral_rules.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(default="draft")
    position: Mapped[int] = mapped_column(default=100)  # the lower is looked at first
    conditions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    explanations: Mapped[dict[str, str]] = mapped_column(default=dict)  # to the citizen, by language
    agent_note: Mapped[str] = mapped_column(default="")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    rule: Mapped[ReferralRule] = relationship(back_populates="versions")
    service: Mapped[Service] = relationship()


class Referral(Base):
    """That someone was sent to a service, why, and by which rule or agent."""

    __tablename__ = "referrals"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    citizen_id: Mapped[int | None] = mapped_column(ForeignKey("citizens.id"), index=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    rule_version_id: Mapped[int | None] = mapped_column(ForeignKey("rule_versions.id"))
    reason: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="proposed")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    service: Mapped[Service] = relationship()
    rule_version: Mapped[RuleVersion | None] = relationship()
