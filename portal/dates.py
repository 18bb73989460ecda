"""A day as people write it: « 1er décembre 2026 »."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from babel.dates import format_date

DAY = "d MMMM y"
WEEKDAY = "EEEE d MMMM"


@lru_cache(maxsize=4096)
def day_text(day: date, language: str = "fr", form: str = DAY) -> str:
    """The days that a list tells are few, and telling one is long. French alone says the first of a month otherwise."""
    first = language == "fr" and day.day == 1
    return str(format_date(day, form.replace("d ", "d'er' ") if first else form, language))
