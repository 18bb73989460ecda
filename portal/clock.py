"""The one reader of the time. Tables hold UTC; screens show local time."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)
