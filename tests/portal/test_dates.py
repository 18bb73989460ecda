"""A day in words, in each language."""

from __future__ import annotations

from datetime import date

import pytest

from portal.dates import WEEKDAY, day_text


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("fr", "1er décembre 2026", "2 décembre 2026"),
        ("en", "1 December 2026", "2 December 2026"),
        ("ar", "1 ديسمبر 2026", "2 ديسمبر 2026"),
    ],
)
def test_the_first_of_a_month_is_said_as_each_language_says_it(
    language: str, first: str, second: str
) -> None:
    assert day_text(date(2026, 12, 1), language) == first
    assert day_text(date(2026, 12, 2), language) == second


def test_only_the_first_is_the_first() -> None:
    assert day_text(date(2026, 12, 1), "fr", WEEKDAY) == "mardi 1er décembre"
    assert [day_text(date(2026, 1, day)) for day in (11, 21, 31)] == [
        "11 janvier 2026",
        "21 janvier 2026",
        "31 janvier 2026",
    ]
