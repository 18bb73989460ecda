"""Tables of the telephony room: what the network told us, whether it answers, how fast we may call."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal import clock
from portal.database import Base, Versioned


class Sender(Versioned, Base):
    """How texts leave under one of our numbers: what the network calls the sender, and when it stays silent."""

    __tablename__ = "senders"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)  # of a line, as contacts keep it
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    kind: Mapped[str] = mapped_column(default="two_way")  # two_way, short_code, one_way
    name: Mapped[str] = mapped_column(default="")  # one_way: the letters shown instead of a number
    provider_stops: Mapped[bool] = mapped_column(default=True)  # the network answers STOP by itself
    quiet_from: Mapped[str] = mapped_column(default="21:00")  # where the citizen is
    quiet_until: Mapped[str] = mapped_column(default="08:00")
    quiet_days: Mapped[bool] = mapped_column(default=True)  # silent on Sundays and public holidays
    most_hour: Mapped[int] = mapped_column(default=1000)  # texts of the organization
    most_day: Mapped[int] = mapped_column(default=10_000)


class Alert(Base):
    """What the administrators must know, told once: `key` names the fact and its day."""

    __tablename__ = "alerts"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))  # none: everybody's
    sentence: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime | None]
    seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class NetworkEvent(Base):
    """One thing the network told. `key` names it (its own ids and state): told twice, it is kept once."""

    __tablename__ = "network_events"
    __table_args__ = (Index("ix_network_events_received", "received_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]  # text, call, menu, queue, put_through, message_status, call_status, recording…
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    received_at: Mapped[datetime] = mapped_column(default=clock.now)


class Circuit(Base):
    """Whether the network answers. One row; see `circuit`."""

    __tablename__ = "circuits"

    name: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    failing_since: Mapped[datetime | None]  # when the first of them was asked
    failed_at: Mapped[datetime | None]  # the latest
    why: Mapped[str] = mapped_column(default="")  # silence, credentials
    open_until: Mapped[datetime | None]  # nobody asks before; empty while the circuit is closed
    probing_until: Mapped[datetime | None]  # somebody asks for all


class Allowance(Base):
    """When the next of something that the network counts by the second may be asked for."""

    __tablename__ = "allowances"

    name: Mapped[str] = mapped_column(primary_key=True)
    free_at: Mapped[datetime]
