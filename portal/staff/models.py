"""Tables of the staff room."""

from __future__ import annotations

from datetime import datetime

from flask_login import UserMixin
from sqlalchemy import Column, ForeignKey, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.database import Base, Versioned
from portal.history import Actor

ROLES = ("agent", "supervisor", "administrator", "editor")

team_members = Table(
    "team_members",
    Base.metadata,
    Column("team_id", ForeignKey("teams.id"), primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
)


class Team(Base):
    __tablename__ = "teams"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[str]


class Staff(UserMixin, Versioned, Base):
    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    email: Mapped[str] = mapped_column(unique=True)  # in lower case: it is what people sign in with
    first_name: Mapped[str]
    last_name: Mapped[str]
    role: Mapped[str]
    job_title: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")  # E.164: where calls are put through to this agent
    password_hash: Mapped[str] = mapped_column(default="")
    may_open_protected: Mapped[bool] = mapped_column(default=False)
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    teams: Mapped[list[Team]] = relationship(secondary=team_members)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def actor(self) -> Actor:
        return Actor("staff", self.id)


class StaffSession(Base):
    """A sign-in that can be ended from here. The browser holds the token, the table only its digest."""

    __tablename__ = "staff_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    staff: Mapped[Staff] = relationship()


class Jotting(Base):
    """What somebody was typing in a field of a page, kept until it is sent, or for some days.

    `over` is what the field said when they began; unknown where the words come from a form that could not be taken.
    """

    __tablename__ = "jottings"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    page: Mapped[str] = mapped_column(primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    typed: Mapped[str]
    over: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


class Onlooker(Base):
    """That somebody has this page open, and when they last typed in it. Such a row lives for a minute."""

    __tablename__ = "onlookers"

    page: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    typed_at: Mapped[datetime | None]
