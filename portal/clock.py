"""The one reader of the time. Tables hold UTC; screens show local time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# Where the clocks on our walls hang: said once, when the application is made (`hang`).
_wall = {"zone": ZoneInfo("Europe/Paris")}
_then: ContextVar[datetime | None] = ContextVar("then", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC; for what is done again from the spool, the instant it was received."""
    return _then.get() or datetime.now(UTC)


def present() -> datetime:
    """The present instant, even for what is done again: a telephone that rings, rings now."""
    return datetime.now(UTC)


@contextmanager
def as_of(when: datetime) -> Iterator[None]:
    """What is done within is dated `when`: it was acknowledged then, and could not be written until now."""
    token = _then.set(when)
    try:
        yield
    finally:
        _then.reset(token)


def is_past() -> bool:
    """Whether something received earlier is being done again."""
    return _then.get() is not None


def hang(timezone: str) -> None:
    """Says by which local time days begin and end here."""
    _wall["zone"] = ZoneInfo(timezone)


def wall() -> str:
    """The name of that time zone."""
    return _wall["zone"].key


def local_day(when: datetime | None = None) -> date:
    """The day it is here, or was at that instant: an evening of July in Paris is not yet tomorrow, as it is in UTC."""
    return (when or now()).astimezone(_wall["zone"]).date()


def begins_at(day: date, hour: time = time(), timezone: str = "") -> datetime:
    """When a day begins, or an hour of it: by the clocks of that time zone, else by those on our walls."""
    zone = ZoneInfo(timezone) if timezone else _wall["zone"]
    return datetime.combine(day, hour, zone).astimezone(UTC)


def over_at(day: date, timezone: str = "") -> datetime:
    """The instant at which a day is over."""
    return begins_at(day + timedelta(days=1), timezone=timezone)
