"""Figures as people read them."""

from __future__ import annotations

from datetime import date, datetime

from portal import clock
from portal.dates import day_text

NOTHING = "–"
THIN = "\u202f"  # between thousands
NBSP = "\u00a0"


def number(value: float | None, digits: int = 0) -> str:
    """12 345 or 3,5."""
    if value is None:
        return NOTHING
    return f"{value:,.{digits}f}".replace(",", THIN).replace(".", ",")


def percent(share: float | None) -> str:
    """A share, to the whole per cent; a dash where there is nothing to divide by."""
    return NOTHING if share is None else f"{round(100 * share)}{NBSP}%"


def ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def duration(seconds: float | None) -> str:
    """40 s, 3 min, 2 h 05 min."""
    if seconds is None:
        return NOTHING
    if seconds < 90:
        return f"{round(seconds)}{NBSP}s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes}{NBSP}min"
    if minutes < 48 * 60:
        return f"{minutes // 60}{NBSP}h{NBSP}{minutes % 60:02}{NBSP}min"
    return f"{minutes // (24 * 60)}{NBSP}jours"


def since(instant: datetime | None) -> str:
    """How long ago."""
    return NOTHING if instant is None else duration((clock.now() - instant).total_seconds())


def day_of(written: str) -> str:
    """A day as an export keeps it."""
    return day_text(date.fromisoformat(written))


def short_day(of: date) -> str:
    return f"{of.day}/{of:%m}"
