"""Opening hours follow the clocks of the place: seasons, holidays, midnight."""

from datetime import UTC, datetime

import pytest

from portal.directory.opening import check_schedule, is_open, opens_next, read_slots, slots_text
from portal.errors import Refused

PARIS = "Europe/Paris"
WEEK = {day: [["08:30", "12:00"], ["13:30", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}
ALWAYS = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "opened"),
    [
        ("2026-01-15 07:30", True),  # 8:30 in winter
        ("2026-01-15 07:29", False),
        ("2026-07-16 06:30", True),  # 8:30 in summer
        ("2026-07-16 10:00", False),  # noon: a slot's end is closed
        ("2026-07-18 08:00", False),  # a Saturday
        ("2026-07-14 08:00", False),  # the national day, a Tuesday
    ],
)
def test_a_week_is_read_in_local_time(instant: str, opened: bool) -> None:
    assert is_open(WEEK, at(instant), PARIS) is opened


def test_what_never_closes_is_open_on_holidays_and_at_midnight() -> None:
    assert is_open(ALWAYS, at("2026-12-25 03:00"), PARIS)
    assert is_open(ALWAYS, at("2026-03-29 01:00"), PARIS)  # the clocks jump
    assert is_open(ALWAYS, at("2026-06-10 22:00"), PARIS)


def test_hours_of_holidays_stand_on_holidays() -> None:
    watch = {**WEEK, "holidays": [["10:00", "12:00"]]}
    assert is_open(watch, at("2026-05-01 08:30"), PARIS)
    assert not is_open(watch, at("2026-05-01 07:00"), PARIS)


def test_the_next_opening_skips_weekends_and_holidays() -> None:
    assert opens_next(WEEK, at("2026-07-16 08:00"), PARIS) == at("2026-07-16 11:30")
    assert opens_next(WEEK, at("2026-07-13 16:00"), PARIS) == at("2026-07-15 06:30")
    assert opens_next(WEEK, at("2026-03-27 17:00"), PARIS) == at("2026-03-30 06:30")
    assert opens_next({}, at("2026-03-27 17:00"), PARIS) is None


def test_slots_are_read_as_they_are_typed() -> None:
    slots = [["08:30", "12:00"], ["13:30", "17:30"]]
    assert read_slots("8h30-12h, 13:30 – 17h30") == slots
    assert read_slots(slots_text(slots)) == slots
    assert read_slots("  ") == []
    with pytest.raises(Refused):
        read_slots("le matin")


@pytest.mark.parametrize(
    "schedule",
    [
        {"lundi": [["08:00", "12:00"]]},
        {"mon": [["12:00", "08:00"]]},
        {"mon": [["08:00", "12:00"], ["11:00", "13:00"]]},
        {"mon": [["25:00", "26:00"]]},
    ],
)
def test_hours_that_cannot_be_are_refused(schedule: dict[str, list[list[str]]]) -> None:
    with pytest.raises(Refused):
        check_schedule(schedule)


def test_a_checked_week_is_in_order_and_without_empty_days() -> None:
    assert check_schedule({"tue": [["14:00", "24:00"], ["08:00", "12:00"]], "mon": []}) == {
        "tue": [["08:00", "12:00"], ["14:00", "24:00"]]
    }
