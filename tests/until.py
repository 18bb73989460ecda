"""Waiting for what another thread or process does: as long as a slow machine needs, and no longer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import text

from portal.database import brief_read

LOOK_S = 0.02
WAITS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)

Found = TypeVar("Found")


def until(holds: Callable[[], Found], what: str = "what was waited for", seconds: float = 120) -> Found:
    """What it gives, once it gives something."""
    limit = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < limit, f"{what} did not come"
        time.sleep(LOOK_S)
    return found


def waits_for_a_lock() -> bool:
    """Whether a transaction on PostgreSQL waits for another at this instant."""
    with brief_read() as session:
        return bool(session.scalar(WAITS))
