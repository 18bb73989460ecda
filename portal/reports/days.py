"""Local days and quarters of an hour, as instants."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal import clock
from portal.directory.hours import calendars

QUARTER = timedelta(minutes=15)
QUARTERS = 96


class Zones(dict[int, str]):
    """By organization, the zone in which its days begin and end: each is asked for once."""

    def __missing__(self, organization_id: int) -> str:
        self[organization_id] = calendars.of_organization(organization_id).timezone
        return self[organization_id]


def day_of(instant: datetime, timezone: str) -> date:
    """The local day of an instant."""
    return instant.astimezone(ZoneInfo(timezone)).date()


def today(timezone: str) -> date:
    return day_of(clock.now(), timezone)


def begins(day: date, timezone: str, at: time = time()) -> datetime:
    """When a local day begins (or an hour of it), in UTC."""
    return datetime.combine(day, at, ZoneInfo(timezone)).astimezone(UTC)


def bounds(day: date, timezone: str) -> tuple[datetime, datetime]:
    """A local day from its beginning to the next one's: 23 or 25 hours when the clocks change."""
    return begins(day, timezone), begins(day + timedelta(days=1), timezone)


def quarter_of(instant: datetime) -> datetime:
    """The beginning of the quarter of an hour that an instant is in."""
    instant = instant.astimezone(UTC)
    return instant.replace(minute=instant.minute // 15 * 15, second=0, microsecond=0)


def number_of(instant: datetime, timezone: str) -> int:
    """Which quarter of its local day it is in, by the clock on the wall: 0 to 95."""
    local = instant.astimezone(ZoneInfo(timezone))
    return local.hour * 4 + local.minute // 15


def each(first: date, last: date) -> Iterator[date]:
    """The days from one to another, both included."""
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)
