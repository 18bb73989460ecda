"""Tables of what was counted. All but `exports` can be made again from contacts, places and referrals."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.database import Base
from portal.staff.models import Staff

NONE = 0  # the queue or topic of what has none: a key holds no null


class Tally(Base):
    """The contacts that began on a local day, alike in these five things. What each number means: docs/reports.md."""

    __tablename__ = "tallies"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    queue_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    commune: Mapped[str] = mapped_column(primary_key=True)
    contacts: Mapped[int] = mapped_column(default=0)
    needed: Mapped[int] = mapped_column(default=0)  # calls that needed an agent
    handled: Mapped[int] = mapped_column(default=0)  # and were handled by one
    by_menu: Mapped[int] = mapped_column(default=0)  # calls that the menu alone answered
    concluded: Mapped[int] = mapped_column(default=0)
    one_visit: Mapped[int] = mapped_column(default=0)
    known: Mapped[int] = mapped_column(default=0)  # whose person and topic are known
    again: Mapped[int] = mapped_column(default=0)  # the same person had come for it in the seven days before
    firsts: Mapped[int] = mapped_column(default=0)  # once seven days have passed: those that were not `again`
    # answered, and the person did not come back in seven days
    settled: Mapped[int] = mapped_column(default=0)
    left_menu: Mapped[int] = mapped_column(default=0)  # calls that hung up in the menu, told nothing
    voicemails: Mapped[int] = mapped_column(default=0)  # calls that left a message


class CallTally(Base):
    """The calls that stood in a queue, by the quarter of an hour they came in."""

    __tablename__ = "call_tallies"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)  # when the quarter begins
    queue_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stood: Mapped[int] = mapped_column(default=0)
    answered: Mapped[int] = mapped_column(default=0)
    within_20: Mapped[int] = mapped_column(default=0)
    within_60: Mapped[int] = mapped_column(default=0)
    gave_up: Mapped[int] = mapped_column(default=0)
    called_back: Mapped[int] = mapped_column(default=0)  # asked for it, instead of waiting
    waited_s: Mapped[int] = mapped_column(default=0)  # of those answered on the line
    endured_s: Mapped[int] = mapped_column(default=0)  # of those who gave up
    spoken: Mapped[int] = mapped_column(default=0)
    spoken_s: Mapped[int] = mapped_column(default=0)


class ReferralTally(Base):
    """What became of the referrals made in the contacts that began on a local day, by the service sent to."""

    __tablename__ = "referral_tallies"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"), primary_key=True)
    state: Mapped[str] = mapped_column(primary_key=True)
    referrals: Mapped[int] = mapped_column(default=0)


class DayToCount(Base):
    """A day that something has changed in since it was counted, and from when it is counted again."""

    __tablename__ = "days_to_count"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(index=True)


class Following(Base):
    """How far the history has been followed: one row.

    Events above `sure_id` are read again each time: on PostgreSQL a lesser id may be committed after a greater one.
    `sure_id` becomes `seen_id` once no transaction of that time can still be open.
    """

    __tablename__ = "followings"

    id: Mapped[int] = mapped_column(primary_key=True)
    sure_id: Mapped[int] = mapped_column(default=0)
    seen_id: Mapped[int] = mapped_column(default=0)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    heard: Mapped[int] = mapped_column(default=0)  # how many events stood above `sure_id` the last time
    ripe_on: Mapped[date | None]  # the day for which those a week old were counted again
    # by organization, the zone whose days were counted
    zones: Mapped[dict[str, str]] = mapped_column(default=dict)
    counted_as: Mapped[int] = mapped_column(default=0)  # what was counted, as `following.COUNTED_AS`


class Export(Base):
    """A table that a supervisor asked for, and the file it became. `state`: waiting, making, ready, gone."""

    __tablename__ = "exports"
    __table_args__ = (Index("ix_exports_staff", "staff_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[str]  # figures, contacts
    format: Mapped[str]  # csv, ods
    asked: Mapped[dict[str, Any]] = mapped_column(default=dict)  # the period and what it was narrowed to
    purpose: Mapped[str] = mapped_column(default="")  # why persons' data leave, as who asked wrote it
    state: Mapped[str] = mapped_column(default="waiting", index=True)
    done: Mapped[int] = mapped_column(default=0)  # rows
    total: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(default=0)  # bytes
    form_key: Mapped[str | None] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    staff: Mapped[Staff] = relationship()
