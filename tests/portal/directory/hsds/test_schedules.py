"""Weeks of ours and schedules of HSDS say each other."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.directory.hours.opening import DAYS, check_schedule
from portal.directory.hsds.schedules import read_week, weeks_before, write_week

HOURS = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 15, 30, 45)] + ["24:00"]


@st.composite
def slots(draw: Any) -> list[list[str]]:
    """Slots of a day, in order, that do not meet."""
    picked = sorted(draw(st.sets(st.sampled_from(HOURS), max_size=6)))
    notes = st.sampled_from([[], ["sur rendez-vous"], ["(au port) le matin"]])
    return [[*pair, *draw(notes)] for pair in zip(picked[::2], picked[1::2], strict=False)]


weeks = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys((*DAYS, "holidays"), slots()),
        "territory": st.sampled_from(["RE", "57"]),
        "days": st.dictionaries(st.dates().map(lambda day: day.isoformat()), slots(), max_size=3),
    },
).map(check_schedule)


@given(week=weeks)
def test_any_week_of_ours_is_read_back(week: dict[str, Any]) -> None:
    made = write_week(week, "service")
    assert read_week(made) == week
    assert len({one["id"] for one in made}) == len(made)
    assert made == write_week(week, "service")


@pytest.mark.parametrize(
    ("schedule", "week"),
    [
        ({"byday": "MO,TU", "opens_at": "9:00 AM", "closes_at": "5:30 pm"}, {"mon": 1, "tue": 1}),
        ({"freq": "WEEKLY", "byday": "fr", "opens_at": "09:00:00Z", "closes_at": "17:30"}, {"fri": 1}),
    ],
)
def test_times_are_read_in_many_ways(schedule: dict[str, Any], week: dict[str, int]) -> None:
    assert read_week([schedule]) == {day: [["09:00", "17:30"]] for day in week}


def test_what_no_week_can_say_is_left_aside() -> None:
    weekly = {"freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "12:00"}
    for more in (
        {"freq": "MONTHLY"},
        {"interval": 2},
        {"valid_to": "2026-12-31"},
        {"bymonthday": "1"},
        {"opens_at": "25:00"},
        {"closes_at": None},
        {"byday": None},
    ):
        assert read_week([{**weekly, **more}]) == {}
    for not_one in (None, "x", [1, None, "a"], {}, [{"byday": 3, "opens_at": 4}]):
        assert read_week(not_one) == {}


def test_a_night_goes_on_the_next_day_and_same_hours_are_said_once() -> None:
    night = {"byday": "SU", "opens_at": "22:00", "closes_at": "02:00"}
    assert read_week([night]) == {"sun": [["22:00", "24:00"]], "mon": [["00:00", "02:00"]]}
    day = {"byday": "MO", "opens_at": "09:00", "closes_at": "12:00"}
    assert read_week([day, {**day, "closes_at": "11:00"}]) == {"mon": [["09:00", "12:00"]]}


def test_hours_that_begin_later_are_not_said_before() -> None:
    from_december = {"byday": "MO", "opens_at": "09:00", "closes_at": "12:00", "valid_from": "2026-12-01"}
    week = {"mon": [["09:00", "12:00"]]}
    assert read_week([from_december], date(2026, 11, 30)) == {}
    assert read_week([from_december], date(2026, 12, 1)) == week
    assert (
        read_week([{**from_december, "valid_from": None, "dtstart": "2026-12-01"}], date(2026, 11, 30)) == {}
    )
    assert weeks_before([from_december]) == [{}, week]
    assert weeks_before([{**from_december, "valid_from": None}]) == []


@pytest.mark.parametrize("wrong", [{"opens_at": "25:00"}, {"opens_at": 9}, {"opens_at": "09:00"}])
def test_a_day_whose_hours_cannot_be_read_is_not_said_closed(wrong: dict[str, Any]) -> None:
    day = {"valid_from": "2026-12-24", "valid_to": "2026-12-24"}
    assert read_week([day]) == {"days": {"2026-12-24": []}}
    assert read_week([{**day, **wrong}]) == {}


def test_holidays_past_midnight_end_with_the_day() -> None:
    night = {"description": "Jours fériés", "opens_at": "18:00", "closes_at": "02:00"}
    assert read_week([night]) == {"holidays": [["18:00", "24:00"]]}
    assert read_week([{**night, "valid_to": "2020-12-31"}]) == {}
