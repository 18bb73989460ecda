"""What the telephone network told us, kept raw and once."""

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
