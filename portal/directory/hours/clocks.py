"""What the clocks of a place show: their distance from UTC, and the nights when it changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

MARGIN = timedelta(hours=15)  # no clock is farther from UTC


class Stretch(NamedTuple):
    """A length of time, in UTC, in which the clocks of a place are as far ahead of UTC."""

    begins: datetime
    ends: datetime
    ahead: timedelta


@lru_cache(maxsize=4096)
def stretches(timezone: str, day: date) -> tuple[Stretch, ...]:
    """The stretches that a date of this place lies in: one, or two when the clocks change."""
    zone = ZoneInfo(timezone)
    noon = datetime.combine(day, time(12), zone).astimezone(UTC)
    begins, ends = noon - MARGIN, noon + MARGIN
    before, after = (_offset(edge, zone) for edge in (begins, ends))
    if before == after:
        return (Stretch(begins, ends, before),)
    early, late = begins, ends
    while late - early > timedelta(minutes=1):
        middle = (early + (late - early) / 2).replace(second=0, microsecond=0)
        middle = max(middle, early + timedelta(minutes=1))
        early, late = (middle, late) if _offset(middle, zone) == before else (early, middle)
    return Stretch(begins, late, before), Stretch(late, ends, after)


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def on_clock(day: date, hour: str) -> datetime:
    """An hour of a date as if the clock on the wall showed UTC."""
    hours, minutes = hour.split(":")
    return datetime.combine(day, time(), UTC) + timedelta(hours=int(hours), minutes=int(minutes))
