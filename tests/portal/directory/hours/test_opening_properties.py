"""Whatever the schedule, the place and the instant, opening hours are what a clock on the wall would say, minute by
minute: the reference below is slow and plain, and knows nothing of slots that join or of clocks that change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.directory.hours.dila_hours import WEEK, read_hours
from portal.directory.hours.opening import (
    DAYS,
    Schedule,
    check_schedule,
    closes_at,
    is_open,
    opening_at,
    read_slots,
    slots_text,
)
from tests.portal.directory.hours.test_opening import opens_next

MINUTE = timedelta(minutes=1)
SEEN = timedelta(days=3)  # how far the reference walks

MAINLAND = {"2026-04-06", "2026-05-01", "2026-05-08", "2026-05-14", "2026-05-25", "2026-11-01", "2026-12-25"}
HOLIDAYS = {  # of 2026, near the days that are drawn
    "": MAINLAND,
    "57": MAINLAND | {"2026-04-03", "2026-12-26"},
    "RE": MAINLAND | {"2026-12-20"},
    "GP": MAINLAND
    | {"2026-03-12", "2026-04-03", "2026-05-27"},  # Mid-Lent, Good Friday, the abolition of slavery
}
ZONES = ("Europe/Paris", "Indian/Reunion", "America/Guadeloupe", "America/Miquelon", "Pacific/Marquesas")
NEAR = (
    "2026-03-08",  # the clocks go forward in Saint-Pierre-et-Miquelon
    "2026-03-29",  # and in Paris
    "2026-10-25",  # back in Paris
    "2026-11-01",  # and in Saint-Pierre-et-Miquelon
    "2026-04-03",  # Good Friday
    "2026-05-01",
    "2026-05-27",  # the abolition of slavery in Guadeloupe
    "2026-12-20",  # in La Réunion
    "2026-12-25",
    "2026-09-16",
)


def minutes(hour: str) -> int:
    return int(hour[:2]) * 60 + int(hour[3:5])


def slow_slots(schedule: Schedule, day: date) -> list[list[str]]:
    if day.isoformat() in schedule.get("days", {}):
        return list(schedule["days"][day.isoformat()])
    slots = schedule.get(DAYS[day.weekday()], [])
    if day.isoformat() not in HOLIDAYS[schedule.get("territory", "")]:
        return list(slots)
    if len(slots) == 1 and slots[0][:2] == ["00:00", "24:00"]:
        return list(slots)
    return list(schedule.get("holidays", []))


def slow_open(schedule: Schedule, when: datetime, zone: str) -> bool:
    local = when.astimezone(ZoneInfo(zone))
    now = local.hour * 60 + local.minute
    return any(minutes(s[0]) <= now < minutes(s[1]) for s in slow_slots(schedule, local.date()))


def slow_change(schedule: Schedule, when: datetime, zone: str, *, to: bool) -> datetime | None:
    """The first minute after `when` at which it goes from closed to open, or from open to closed."""
    minute = when.replace(second=0, microsecond=0)
    before = slow_open(schedule, minute, zone)
    while minute < when + SEEN:
        minute += MINUTE
        now = slow_open(schedule, minute, zone)
        if now is to and before is not to:
            return minute
        before = now
    return None


def clock_hour(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def day_slots(draw: st.DrawFn) -> list[list[str]]:
    """The slots of a day: apart, side by side, from midnight, until midnight, in the hour that clocks change."""
    edges = st.one_of(st.sampled_from([0, 60, 120, 150, 180, 1440]), st.integers(0, 96).map(lambda n: n * 15))
    cuts = sorted(draw(st.sets(edges, max_size=6)))
    kept = [(a, b) for a, b in pairwise(cuts) if draw(st.booleans())]
    notes = st.sampled_from([[], [], ["sur rendez-vous"]])
    return [[clock_hour(a), clock_hour(b), *draw(notes)] for a, b in kept]


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    schedule: dict[str, Any] = {
        day: draw(day_slots()) for day in draw(st.lists(st.sampled_from(DAYS), unique=True))
    }
    if draw(st.booleans()):
        schedule["holidays"] = draw(day_slots())
    schedule["territory"] = draw(st.sampled_from(sorted(HOLIDAYS)))
    schedule["days"] = {
        (date.fromisoformat(near) + timedelta(days=draw(st.integers(-1, 2)))).isoformat(): draw(day_slots())
        for near in draw(st.lists(st.sampled_from(NEAR), max_size=2))
    }
    return check_schedule(schedule)


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    near = datetime.fromisoformat(draw(st.sampled_from(NEAR))).replace(tzinfo=UTC)
    return near + timedelta(minutes=draw(st.integers(-1440, 2880)), seconds=draw(st.sampled_from([0, 0, 59])))


@settings(max_examples=100, deadline=None)
@given(schedules(), instants(), st.sampled_from(ZONES))
def test_what_is_open_agrees_with_a_clock_on_the_wall(schedule: Schedule, when: datetime, zone: str) -> None:
    assert is_open(schedule, when, zone) is slow_open(schedule, when, zone)
    assert opening_at(schedule, when, zone).open is slow_open(schedule, when, zone)


@settings(max_examples=75, deadline=None)
@given(schedules(), instants(), st.sampled_from(ZONES))
def test_the_next_opening_agrees_with_a_walk_minute_by_minute(
    schedule: Schedule, when: datetime, zone: str
) -> None:
    found, slow = opens_next(schedule, when, zone), slow_change(schedule, when, zone, to=True)
    assert found == slow or (slow is None and found is not None and found > when + SEEN)


@settings(max_examples=75, deadline=None)
@given(schedules(), instants(), st.sampled_from(ZONES))
def test_the_closing_agrees_with_a_walk_minute_by_minute(
    schedule: Schedule, when: datetime, zone: str
) -> None:
    found = closes_at(schedule, when, zone)
    if not slow_open(schedule, when, zone):
        assert found is None
        return
    slow = slow_change(schedule, when, zone, to=False)
    assert found == slow or (slow is None and (found is None or found > when + SEEN))


@given(day_slots())
def test_slots_are_read_as_they_are_shown(slots: list[list[str]]) -> None:
    assert read_slots(slots_text(slots)) == slots


source_days = st.sampled_from([*WEEK, ""])
source_hours = st.builds(
    lambda a, b: {"début": f"{clock_hour(a)}:00", "fin": f"{clock_hour(b)}:00"},
    st.integers(0, 95).map(lambda n: n * 15),
    st.integers(0, 95).map(lambda n: n * 15),
)
sources = st.lists(
    st.builds(
        lambda first, last, hours: {"début": first, "fin": last, "PlageH": hours},
        source_days,
        source_days,
        st.one_of(source_hours, st.lists(source_hours, min_size=1, max_size=3)),
    ),
    min_size=1,
    max_size=4,
)


def slow_source(ranges: list[dict[str, Any]], weekday: int, minute: int) -> bool:
    """Whether the source surely says open: of a day range that goes backwards or lacks an end, one day."""
    for days in ranges:
        known = [WEEK.index(days[edge]) for edge in ("début", "fin") if days[edge]]
        if not known:
            continue
        last = known[-1] if known[-1] >= known[0] else known[0]
        hours = days["PlageH"] if isinstance(days["PlageH"], list) else [days["PlageH"]]
        for slot in hours:
            opens, closes = minutes(slot["début"]), minutes(slot["fin"])
            if known[0] <= weekday <= last and opens < closes and opens <= minute < closes:
                return True
    return False


@settings(max_examples=75, deadline=None)
@given(sources)
def test_hours_of_the_source_are_open_when_it_surely_says_so(ranges: list[dict[str, Any]]) -> None:
    schedule, refused = read_hours({"PlageJ": ranges})
    assert check_schedule(schedule) == schedule
    for weekday in range(7):
        for minute in range(0, 1440, 15):
            when = datetime(2026, 9, 14 + weekday, minute // 60, minute % 60, tzinfo=UTC)
            assert is_open(schedule, when, "UTC") is slow_source(ranges, weekday, minute)
    backward = any(
        one["début"] and one["fin"] and WEEK.index(one["fin"]) < WEEK.index(one["début"]) for one in ranges
    )
    assert not backward or any("à rebours" in sentence for sentence in refused)


def at(local: str, zone: str = "Europe/Paris", *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


NIGHT = {day: [["00:00", "02:00"], ["20:00", "24:00"]] for day in DAYS}
SMALL_HOURS = {"sun": [["02:00", "02:30"]]}


def test_what_goes_past_midnight_closes_in_the_morning_and_opens_in_the_evening() -> None:
    assert closes_at(NIGHT, at("2026-09-16 21:00"), "Europe/Paris") == at("2026-09-17 02:00")
    assert opens_next(NIGHT, at("2026-09-16 21:00"), "Europe/Paris") == at("2026-09-17 20:00")


def test_what_is_open_day_and_night_never_closes_even_when_the_clocks_change() -> None:
    always = {day: [["00:00", "24:00"]] for day in DAYS}
    for when in ("2026-03-20 12:00", "2026-10-20 12:00"):
        assert closes_at(always, at(when), "Europe/Paris") is None
        assert opens_next(always, at(when), "Europe/Paris") is None


def test_an_hour_that_comes_twice_is_open_twice() -> None:
    first, again = at("2026-10-25 02:00"), at("2026-10-25 02:00", fold=1)
    assert opens_next(SMALL_HOURS, at("2026-10-25 01:00"), "Europe/Paris") == first
    assert closes_at(SMALL_HOURS, first, "Europe/Paris") == at("2026-10-25 02:30")
    assert opens_next(SMALL_HOURS, first, "Europe/Paris") == again
    assert closes_at(SMALL_HOURS, again, "Europe/Paris") == at("2026-10-25 02:30", fold=1)


def test_an_hour_that_is_left_out_is_not_open() -> None:
    assert opens_next(SMALL_HOURS, at("2026-03-29 01:00"), "Europe/Paris") == at("2026-04-05 02:00")


def test_what_begins_in_the_hour_left_out_begins_after_it() -> None:
    schedule = {"sun": [["02:30", "05:00"]]}
    assert opens_next(schedule, at("2026-03-29 01:00"), "Europe/Paris") == at("2026-03-29 03:00")


def test_slots_side_by_side_are_one_opening() -> None:
    schedule = {"wed": [["08:00", "12:00"], ["12:00", "14:00", "sur rendez-vous"]]}
    morning = at("2026-09-16 09:00")
    assert closes_at(schedule, morning, "Europe/Paris") == at("2026-09-16 14:00")
    assert opens_next(schedule, morning, "Europe/Paris") == at("2026-09-23 08:00")


def test_the_note_is_that_of_the_slot_or_of_the_next() -> None:
    schedule = {"wed": [["08:00", "12:00"], ["14:00", "17:00", "sur rendez-vous"]]}
    assert opening_at(schedule, at("2026-09-16 09:00"), "Europe/Paris").note == ""
    assert opening_at(schedule, at("2026-09-16 13:00"), "Europe/Paris").note == "sur rendez-vous"
    assert opening_at(schedule, at("2026-09-16 15:00"), "Europe/Paris").note == "sur rendez-vous"


@pytest.mark.parametrize("day", ["2026-12-20", "2027-09-14"])
def test_what_opens_on_one_day_of_the_year_is_found(day: str) -> None:
    schedule = {"days": {day: [["10:00", "12:00"]]}}
    found = opens_next(schedule, at("2026-09-16 09:00"), "Indian/Reunion")
    assert found == at(f"{day} 10:00", "Indian/Reunion")


def test_hours_of_holidays_stand_on_a_day_that_is_closed_every_week() -> None:
    schedule = {"holidays": [["10:00", "12:00"]]}
    assert is_open(schedule, at("2026-11-01 11:00"), "Europe/Paris")  # a Sunday
