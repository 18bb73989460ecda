"""Opening hours follow the clocks of the place: seasons, holidays, midnight."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from portal.directory.hours.opening import (
    Schedule,
    check_schedule,
    holiday_on,
    is_open,
    next_span,
    opening_at,
    read_slots,
    relay_gaps,
    service_opening,
    slots_text,
)
from portal.directory.hours.zones import HOLIDAY_NAMES, TERRITORIES, public_holidays
from portal.directory.models import Service
from portal.errors import Refused

PARIS = "Europe/Paris"
WEEK = {day: [["08:30", "12:00"], ["13:30", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}
ALWAYS = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def opens_next(schedule: Schedule, when: datetime, zone: str) -> datetime | None:
    coming = next_span(schedule, when, zone)
    return coming.begins if coming else None


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


@pytest.mark.parametrize(
    ("territory", "day", "name"),
    [
        ("", "2026-04-03", ""),
        ("57", "2026-04-03", "Vendredi saint"),
        ("57", "2026-12-26", "Saint-Étienne"),
        ("MQ", "2026-05-22", "Abolition de l'esclavage"),
        ("GF", "2026-06-10", "Abolition de l'esclavage"),
        ("RE", "2026-12-20", "Abolition de l'esclavage"),
        ("NC", "2026-09-24", "Fête de la Citoyenneté"),
        ("RE", "2026-05-22", ""),
    ],
)
def test_each_territory_keeps_its_own_holidays(territory: str, day: str, name: str) -> None:
    assert holiday_on({"territory": territory}, date.fromisoformat(day)) == name


def test_every_holiday_has_a_name_that_is_translated() -> None:
    found = {
        holidays for territory in ("", *TERRITORIES) for holidays in public_holidays(territory, 2027).values()
    }
    assert found <= set(HOLIDAY_NAMES)


def test_exceptional_days_come_before_the_week_and_the_holidays() -> None:
    schedule = {
        **WEEK,
        "days": {"2026-12-24": [["09:00", "12:00"]], "2026-12-25": [["10:00", "11:00"]], "2026-12-28": []},
    }
    assert not is_open(schedule, at("2026-12-24 14:00"), PARIS)
    assert is_open(schedule, at("2026-12-25 09:30"), PARIS)
    assert opens_next(schedule, at("2026-12-25 11:00"), PARIS) == at("2026-12-29 07:30")


@pytest.mark.parametrize(
    ("instant", "why", "holiday"),
    [
        ("2026-01-15 11:30", "hours", ""),
        ("2026-07-14 08:00", "holiday", "Fête nationale"),
        ("2026-12-28 09:00", "exception", ""),
        ("2026-12-24 16:00", "hours", ""),
    ],
)
def test_why_it_is_closed_is_told(instant: str, why: str, holiday: str) -> None:
    schedule = {**WEEK, "days": {"2026-12-24": [["09:00", "12:00"]], "2026-12-28": []}}
    found = opening_at(schedule, at(instant), PARIS)
    assert (found.open, found.why, found.holiday) == (False, why, holiday)
    assert found.opens_at and found.opens_at > at(instant)
    assert opening_at(schedule, found.opens_at, PARIS).open


def test_a_long_closing_still_tells_when_it_opens() -> None:
    days = {f"2026-08-{day:02}": [] for day in range(1, 32)}
    found = opening_at({**WEEK, "days": days}, at("2026-08-01 08:00"), PARIS)
    assert found.opens_at == at("2026-09-01 06:30")


def test_hours_without_the_relay_for_deaf_people_are_found() -> None:
    relay = {"mon": [["09:00", "12:00"]], "tue": [["08:30", "12:00"], ["13:30", "17:30"]]}
    line = {
        "mon": WEEK["mon"],
        "tue": WEEK["tue"],
        "holidays": [["10:00", "12:00"]],
        "days": {"2026-12-24": [["08:00", "09:00"]]},
    }
    assert relay_gaps(line, relay) == {
        "mon": [["08:30", "09:00"], ["13:30", "17:30"]],
        "holidays": [["10:00", "12:00"]],
        "2026-12-24": [["08:00", "09:00"]],
    }
    assert relay_gaps(line, line) == {}


@pytest.mark.parametrize(
    "schedule", [{"territory": "XX"}, {"days": {"24/12": []}}, {"days": {"2026-12-24": [["9", "8"]]}}]
)
def test_a_calendar_that_cannot_be_is_refused(schedule: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        check_schedule(schedule)


def test_a_checked_calendar_keeps_its_territory_and_its_closed_days() -> None:
    schedule = {"territory": "57", "days": {"2026-12-26": []}, "mon": [["08:00", "12:00"]]}
    assert check_schedule(schedule) == schedule


@pytest.mark.parametrize(
    ("place", "opened"),
    [
        ({"department": "75"}, True),  # 9:00 in Paris
        ({"department": "974"}, False),  # noon in La Réunion
        ({"department": "987", "commune": "98735"}, False),  # the evening before in Tahiti
        ({}, False),  # nowhere: by the clocks of the instance, an hour behind
    ],
)
def test_a_service_keeps_the_hours_of_where_it_is(place: dict[str, str], opened: bool) -> None:
    service = Service(schedule={"thu": [["08:30", "12:00"]]}, **{"commune": "", "department": "", **place})
    assert service_opening(service, at("2026-01-15 08:00"), "Atlantic/Azores").open is opened


@pytest.mark.parametrize(
    ("schedule", "department", "holiday"),
    [
        ({}, "57", "Vendredi saint"),
        ({}, "68", "Vendredi saint"),
        ({}, "75", ""),
        ({"territory": "RE"}, "57", ""),  # its schedule says otherwise
    ],
)
def test_a_service_keeps_the_holidays_of_where_it_is(
    schedule: dict[str, Any], department: str, holiday: str
) -> None:
    service = Service(schedule={**WEEK, **schedule}, commune="", department=department)
    assert service_opening(service, at("2026-04-03 08:00")).holiday == holiday


def test_hours_past_midnight_are_refused_with_the_way_to_write_them() -> None:
    with pytest.raises(Refused, match="passe minuit"):
        check_schedule({"fri": [["20:00", "02:00"]]})
    assert check_schedule({"fri": [["20:00", "24:00"]], "sat": [["00:00", "02:00"]]})


def test_a_note_is_typed_between_parentheses() -> None:
    typed = read_slots("8h30-12h, 14h-17h (sur rendez-vous (bureau 3))")
    assert typed == [["08:30", "12:00"], ["14:00", "17:00", "sur rendez-vous (bureau 3)"]]
    assert read_slots(slots_text(typed)) == typed
    assert check_schedule({"mon": [["08:00", "09:00", " a) \n b "]]}) == {"mon": [["08:00", "09:00", "a] b"]]}
