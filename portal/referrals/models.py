"""Tables of the referrals room."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.database import Base, Versioned
from portal.directory.models import Organization, Service

PASSED_ON = ("email", "here", "api")  # the ways by which the receiver itself gets it, and is awaited


class ReferralRule(Versioned, Base):
    """A rule through its versions: at most one is in force, at most one is a draft."""

    __tablename__ = "referral_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    versions: Mapped[list[RuleVersion]] = relationship(back_populates="rule", order_by="RuleVersion.number")


class RuleVersion(Base):
    """What a rule says. `state`: draft, planned, published (in force), past. A published version is never edited.

    It sends to a service, or to the office of a kind for the commune. Of the rules that fit, the strongest speaks
    first, then by position.
    """

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
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"))
    kind: Mapped[str] = mapped_column(default="")
    strength: Mapped[int] = mapped_column(default=2)  # 3: must, 2: should, 1: may
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]  # the last day
    publish_at: Mapped[datetime | None]  # of a planned version
    review_asked_at: Mapped[datetime | None]
    review_asked_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    explanations: Mapped[dict[str, str]] = mapped_column(default=dict)  # to the citizen, by language
    agent_note: Mapped[str] = mapped_column(default="")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    rule: Mapped[ReferralRule] = relationship(back_populates="versions")
    service: Mapped[Service | None] = relationship()


class RuleExample(Versioned, Base):
    """A situation kept with what must come of it: publication waits while one fails.

    `expected` is `{"service": slug}`, `{"kind": code}`, `{"emergency": true}` or `{"nobody": true}`.
    """

    __tablename__ = "rule_examples"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    name: Mapped[str]
    situation: Mapped[dict[str, Any]] = mapped_column(default=dict)
    expected: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class RuleCheck(Base):
    """A reading of all the rules of an organization, by the worker: how far it is, and what it found."""

    __tablename__ = "rule_checks"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    state: Mapped[str] = mapped_column(default="waiting")  # waiting, running, done, failed
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    stamp: Mapped[str] = mapped_column(default="")  # of the rules that were read
    ended_at: Mapped[datetime | None]


class Referral(Versioned, Base):
    """That someone was sent to a service, why, by which rule or agent, and what became of it.

    `state`: proposed, sent, received, accepted, refused, done, done_without_help, unreachable, expired.
    `first_received_at` is when the first administration had the request (silence that rejects runs from there),
    `competent_received_at` when the competent one had it (silence that accepts runs from there): CRPA L114-3.
    """

    __tablename__ = "referrals"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    citizen_id: Mapped[int | None] = mapped_column(ForeignKey("citizens.id"), index=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    rule_version_id: Mapped[int | None] = mapped_column(ForeignKey("rule_versions.id"))
    reason: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="proposed", index=True)
    way: Mapped[str] = mapped_column(default="told")  # told, phone, email, here, api
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    # the one that was refused before
    former_id: Mapped[int | None] = mapped_column(ForeignKey("referrals.id"))
    shared: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what the receiver is given, no more
    nature: Mapped[str] = mapped_column(default="information")  # what silence means: see `clocks.REGIMES`
    refusal: Mapped[str] = mapped_column(default="")  # one of `living.REFUSALS`
    # where it should go, says who refused it
    redirect_to_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"))
    ping_pong: Mapped[bool] = mapped_column(default=False)  # sent back to who had refused it
    receiver: Mapped[str] = mapped_column(default="")  # who has it, at the receiver's
    note: Mapped[str] = mapped_column(default="")  # what the receiver says of it, to the citizen
    first_received_at: Mapped[datetime | None]
    competent_received_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]  # when its letter was taken, or its system told: see `living.arrive`
    received_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    remind_at: Mapped[datetime | None] = mapped_column(index=True)
    reminders: Mapped[int] = mapped_column(default=0)
    outcome_asked: Mapped[int] = mapped_column(default=0)  # how often who accepted was asked what came of it
    created_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    service: Mapped[Service] = relationship(foreign_keys=[service_id])
    redirect_to: Mapped[Service | None] = relationship(foreign_keys=[redirect_to_id])
    rule_version: Mapped[RuleVersion | None] = relationship()
    former: Mapped[Referral | None] = relationship(remote_side=[id])
    messages: Mapped[list[ReferralMessage]] = relationship(order_by="ReferralMessage.id")


class ReferralMessage(Base):
    """What sender and receiver said to each other about a referral; `to_citizen`: the citizen was asked it too."""

    __tablename__ = "referral_messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referrals.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    side: Mapped[str]  # sender, receiver
    to_citizen: Mapped[bool] = mapped_column(default=False)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    author: Mapped[str] = mapped_column(default="")  # who signed, at the receiver's
    body: Mapped[str]
    form_key: Mapped[str | None] = mapped_column(unique=True)


class ReferralLink(Base):
    """A door for a receiver without an account: one referral, until it expires or is closed. Kept as a digest."""

    __tablename__ = "referral_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referrals.id"), index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    sent_to: Mapped[str]
    # with which letter it left: a reminder's replaces the former
    reminder: Mapped[int] = mapped_column(default=0)
    # its Message-ID: one that comes back names it
    letter: Mapped[str] = mapped_column(default="", index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Partner(Versioned, Base):
    """How an organization takes referrals: by e-mail, or by a system of its own."""

    __tablename__ = "partners"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), primary_key=True)
    way: Mapped[str] = mapped_column(default="email")  # email, api, phone, none
    email: Mapped[str] = mapped_column(default="")
    webhook_url: Mapped[str] = mapped_column(default="")
    webhook_secret: Mapped[str] = mapped_column(default="")
    token_digest: Mapped[str | None] = mapped_column(unique=True)  # of the key its system shows us
    remind_first: Mapped[int] = mapped_column(default=10)  # working days
    remind_second: Mapped[int] = mapped_column(default=30)
    organization: Mapped[Organization] = relationship()
