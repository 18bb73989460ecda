"""The mailbox of an instance without SMTP."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from portal import clock
from portal.database import Base


class Letter(Base):
    """An e-mail that would have left. `message_id` is ours and unique: delivered twice, it is kept once."""

    __tablename__ = "letters"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(unique=True)
    to: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)
