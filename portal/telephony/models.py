"""Tables of the telephony room: what the network told us, whether it answers, how fast we may call."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from portal import clock
from portal.database import Base


class NetworkEvent(Base):
    """One thing the network told. `key` names it (its own ids and state): told twice, it is kept once."""

    __tablename__ = "network_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]  # text, call, menu, queue, put_through, message_status, call_status, recording
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
