"""What is due in a matter, and when: working days of three territories, pauses, silence."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import holidays
import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from time_machine import travel

from portal import history
from portal.cases import keeping
from portal.cases.due import clocks
from portal.cases.due.levels import Level, level_for, usual_nature
from portal.cases.models import Case, ServiceLevel
from portal.cases.opening import open_case
from portal.directory.hours import calendars
from portal.directory.hours.calendars import Calendar, add_months
from tests import make

# and what the `holidays` package names their public holidays by
PLACES = {"75": "", "67": "57", "974": "974"}
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))
# after how long, for how long
PAUSES = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 40)), max_size=4)


def slowly(start: date, count: int, place: str, stopped: list[tuple[date, date]]) -> date:
    """The same, a day at a time: a working day counts unless the citizen was waited for at its end; what is left
    when they answer is a whole day at least."""
    off = holidays.country_holidays("FR", subdiv=PLACES[place] or None, years=range(2024, 2034))
    day, left = start, count
    while True:
        for asked, given_on in stopped:
            if day == asked:
                left, day = max(left, 1), given_on
        if left == 0:
            return day
        day += timedelta(days=1)
        left -= day.weekday() < 5 and day not in off


def due_after(start: date, count: int, place: str, stopped: list[tuple[date, date]]) -> date:
    """What the clock says, going through the same pauses."""
    calendar = calendars.of_place(place)
    one = SimpleNamespace(kind="first_answer", means="", started_at=calendar.at(start, time(8)))
    for asked, given_on in stopped:
        at, to = calendar.at(asked, time(10)), calendar.at(given_on, time(11))
        one.started_at = clocks._moved_on(one, at, to, calendar, count)
    return calendar.day(clocks._due(one, calendar, Level(count)))


def pauses_within(
    start: date, count: int, place: str, drawn: list[tuple[int, int]]
) -> list[tuple[date, date]]:
    """The drawn pauses as days, one after the other, none begun once it is late."""
    found: list[tuple[date, date]] = []
    day = start
    for after, length in drawn:
        asked = day + timedelta(days=after + bool(found))
        if asked > due_after(start, count, place, found):
            break
        found.append((asked, asked + timedelta(days=length)))
        day = found[-1][1]
    return found


@settings(deadline=None)
@given(DAYS, st.integers(1, 30), st.sampled_from(sorted(PLACES)), PAUSES)
def test_what_is_due_agrees_with_a_count_day_by_day(
    start: date, count: int, place: str, drawn: list[tuple[int, int]]
) -> None:
    stopped = pauses_within(start, count, place, drawn)
    assert due_after(start, count, place, stopped) == slowly(start, count, place, stopped)


@settings(deadline=None)
@given(DAYS, st.integers(1, 30), st.sampled_from(sorted(PLACES)), PAUSES)
def test_a_pause_never_brings_the_date_nearer(
    start: date, count: int, place: str, drawn: list[tuple[int, int]]
) -> None:
    stopped = pauses_within(start, count, place, drawn)
    dates = [due_after(start, count, place, stopped[:n]) for n in range(len(stopped) + 1)]
    assert dates == sorted(dates)
    for (_asked, given_on), later in zip(stopped, dates[1:], strict=True):
        assert later >= given_on


@pytest.mark.parametrize(
    ("department", "due"),
    [
        ("75", date(2026, 4, 3)),
        ("67", date(2026, 4, 7)),  # Good Friday, and Easter Monday
        ("974", date(2026, 4, 3)),
    ],
)
def test_holidays_are_those_of_the_organization(app: Flask, department: str, due: date) -> None:
    make.service("accueil", of=make.organization(), department=department)
    with travel("2026-03-27T09:00Z", tick=False):
        case = a_case()
    assert due_on(case, "first_answer", department) == due


def test_days_begin_where_the_organization_is(app: Flask) -> None:
    """At Saint-Denis of La Réunion it is already Tuesday; an answer is due the Tuesday after, until midnight there."""
    make.service("accueil", of=make.organization(), department="974")
    with travel("2026-03-02T21:00Z", tick=False):
        case = a_case()
    due = clocks.clocks_of(case)["first_answer"].due_at
    assert due == datetime(2026, 3, 10, 23, 59, 59, tzinfo=ZoneInfo("Indian/Reunion")).astimezone(UTC)
    assert due_on(case, "silence", "974") == date(2026, 5, 3)


def test_an_answer_in_the_last_minute_of_the_last_day_is_in_time(app: Flask) -> None:
    with travel("2026-12-24T09:00Z", tick=False):
        case = a_case()
        due = clocks.clocks_of(case)["first_answer"].due_at
    with travel(due.replace(second=30), tick=False):
        clocks.met(case, "first_answer")
    assert clocks.clocks_of(case)["first_answer"].state == "met"


def test_abolition_is_not_worked_in_la_reunion(app: Flask) -> None:
    assert calendars.of_place("974").after(date(2026, 12, 18), 1) == date(2026, 12, 21)
    assert calendars.of_place("974").after(date(2027, 12, 17), 1) == date(2027, 12, 21)  # Monday the 20th
    assert calendars.of_place("75").after(date(2027, 12, 17), 1) == date(2027, 12, 20)


def a_case(channel: str = "web", nature: str = "") -> Case:
    return open_case(make.contact(channel, subject="Cantine"), by=history.CITIZEN, nature=nature)


def due_on(case: Case, kind: str, department: str = "75") -> date:
    return calendars.of_place(department).day(clocks.clocks_of(case)[kind].due_at)


@pytest.mark.parametrize(
    ("channel", "kinds"),
    [
        ("web", {"receipt", "first_answer", "resolution", "silence"}),
        ("email", {"receipt", "first_answer", "resolution", "silence"}),
        ("letter", {"receipt", "first_answer", "resolution", "silence"}),
        ("phone", {"first_answer", "resolution"}),
        ("text", {"first_answer", "resolution"}),  # of a hidden number: nobody to send a receipt to
        ("counter", {"first_answer", "resolution"}),
    ],
)
def test_every_channel_starts_its_clocks(app: Flask, channel: str, kinds: set[str]) -> None:
    assert set(clocks.clocks_of(a_case(channel))) == kinds


def test_a_text_of_a_number_that_shows_is_owed_what_is_written(app: Flask) -> None:
    used = make.identifier("phone", "+33639980001")
    case = open_case(make.contact("text", identifier_id=used.id, subject="Cantine"), by=history.CITIZEN)
    assert set(clocks.clocks_of(case)) == {"receipt", "first_answer", "resolution", "silence"}


def test_another_nature_says_something_else_of_silence(app: Flask) -> None:
    agent = make.staff()
    with travel("2026-03-02T09:00Z", tick=False):
        case = a_case()
    with travel("2026-03-04T09:00Z", tick=False):
        keeping.edit_case(case, case.version, by=agent, nature="decision")
        silence = clocks.clocks_of(case)["silence"]
        assert (silence.means, due_on(case, "silence")) == ("acceptance", date(2026, 5, 2))
        keeping.edit_case(case, case.version, by=agent, nature="information")
        assert clocks.clocks_of(case)["silence"].state == "stopped"
        keeping.edit_case(case, case.version, by=agent, nature="appeal")
        silence = clocks.clocks_of(case)["silence"]
        assert (silence.means, silence.state, due_on(case, "silence")) == (
            "rejection",
            "running",
            date(2026, 5, 2),
        )


def test_what_is_late_stays_late_and_what_is_answered_late_is_missed(app: Flask) -> None:
    agent = make.staff()
    with travel("2026-03-02T09:00Z", tick=False):
        case = a_case()
    with travel("2026-03-16T09:00Z", tick=False):
        keeping.wait_for(case, "Un bail", by=agent.actor)
        assert clocks.clocks_of(case)["first_answer"].state == "running", "late: no pause takes that back"
        keeping.answered(case, by=agent.actor)
    first = clocks.clocks_of(case)["first_answer"]
    assert (first.state, first.met_at is not None) == ("missed", True)


def test_a_piece_starts_silence_that_accepts_and_suspends_silence_that_rejects(app: Flask) -> None:
    agent, dates = make.staff(), {}
    for nature in ("decision", "request"):
        with travel("2026-03-02T09:00Z", tick=False):
            case = a_case(nature=nature)
        with travel("2026-03-09T09:00Z", tick=False):
            keeping.wait_for(case, "Un bail", by=agent.actor)
        with travel("2026-03-16T09:00Z", tick=False):
            keeping.resume(case, by=history.CITIZEN)
        dates[nature] = due_on(case, "silence")
    assert dates == {"decision": date(2026, 5, 16), "request": date(2026, 5, 9)}


def level(**values: object) -> ServiceLevel:
    shown = {"nature": "", "topic_id": None, "priority": "", "warn_days": 2, "escalate_days": 1, **values}
    return ServiceLevel(resolution_days=20, **shown)


def test_the_nearest_level_counts_topic_before_nature_before_priority() -> None:
    rules = [
        level(first_answer_days=9),
        level(first_answer_days=8, priority="high"),
        level(first_answer_days=7, nature="complaint"),
        level(first_answer_days=6, topic_id=3),
        level(first_answer_days=4, topic_id=3, nature="report"),
    ]
    asked = {
        ("request", None, "normal"): 9,
        ("request", None, "high"): 8,
        ("complaint", None, "high"): 7,
        ("complaint", 3, "high"): 6,
        ("report", 3, "normal"): 4,
    }
    found = {one: level_for(rules, nature=one[0], topic_id=one[1], priority=one[2])[0] for one in asked}
    assert found == asked
    assert usual_nature(rules, 3) == "" and usual_nature(rules[-1:], 3) == "report"


@settings(deadline=None)
@given(DAYS)
def test_two_months_is_the_same_day_or_the_last_of_its_month(day: date) -> None:
    later = add_months(day, 2)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == 2
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


def test_an_organization_without_services_keeps_the_mainlands_days(app: Flask) -> None:
    assert calendars.of_organization(make.organization().id) == Calendar()
