"""A day is planned from the same day of past weeks, in local time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import inf

import time_machine
from flask import Flask

from portal.desk import planning
from portal.desk.planning import Target
from tests import make

TUESDAY = datetime(2026, 12, 1, 8, 40, tzinfo=UTC)  # 9:40 in Paris


def calls(weekday: int, **more: int | None) -> dict[int, float]:
    found = planning.calls_by_half_hour(make.organization().id, weekday, "Europe/Paris", **more)
    return {n: number for n, number in enumerate(found) if number}


@time_machine.travel(TUESDAY + timedelta(days=7, hours=2))
def test_calls_are_counted_by_local_half_hour_over_four_past_weeks(app: Flask) -> None:
    queue, other = make.queue(), make.queue("autre")
    for weeks in range(6):
        make.contact(queue_id=queue.id, started_at=TUESDAY - timedelta(weeks=weeks))
    make.contact(queue_id=other.id, started_at=TUESDAY + timedelta(hours=1))
    make.contact(queue_id=queue.id, started_at=TUESDAY + timedelta(days=7))  # today is not over
    make.contact(queue_id=queue.id, started_at=TUESDAY, direction="out")
    make.contact("web", queue_id=queue.id, started_at=TUESDAY)
    make.contact(started_at=TUESDAY)  # heard the menu, wanted nobody
    assert calls(1) == {19: 1.0, 21: 0.25}
    assert calls(1, queue_id=other.id) == {21: 0.25}
    assert calls(2) == {}


@time_machine.travel(datetime(2026, 10, 27, 12, tzinfo=UTC))
def test_a_day_of_twenty_five_hours_loses_no_call(app: Flask) -> None:
    queue, midnight = make.queue(), datetime(2026, 10, 24, 22, tzinfo=UTC)
    for half in range(50):
        make.contact(queue_id=queue.id, started_at=midnight + timedelta(minutes=30 * half))
    assert sum(calls(6).values()) == 50 / planning.WEEKS


@time_machine.travel(datetime(2027, 3, 30, 12, tzinfo=UTC))
def test_a_half_hour_that_the_clocks_skip_has_no_calls(app: Flask) -> None:
    queue, midnight = make.queue(), datetime(2027, 3, 27, 23, tzinfo=UTC)
    for half in range(46):
        make.contact(queue_id=queue.id, started_at=midnight + timedelta(minutes=30 * half))
    assert set(range(planning.HALVES)) - set(calls(6)) == {4, 5}


def test_a_plan_meets_its_target_with_no_agent_to_spare() -> None:
    (half,) = planning.plan([0] * 18 + [20] + [0] * 29, 300, Target())
    assert (half.begins, half.calls) == ("09:00", 20)
    (fewer,) = planning.with_agents([0] * 18 + [20] + [0] * 29, 300, Target(), half.agents - 1)
    assert fewer.answered_in_time < 0.8 <= half.answered_in_time
    assert half.mean_wait_s < fewer.mean_wait_s and half.occupancy < fewer.occupancy


def test_a_half_hour_without_calls_between_two_others_is_there_and_needs_nobody() -> None:
    halves = planning.plan([0] * 18 + [20, 0, 10] + [0] * 27, 300, Target())
    assert [(half.begins, half.agents > 0) for half in halves] == [
        ("09:00", True),
        ("09:30", False),
        ("10:00", True),
    ]
    assert planning.plan([0] * 48, 300, Target()) == []


def test_too_few_agents_wait_without_end_unless_callers_lose_patience() -> None:
    (endless,) = planning.with_agents([100], 300, Target(), 2)
    (patient,) = planning.with_agents([100], 300, Target(patience_s=60), 2)
    assert endless.mean_wait_s == inf and endless.answered_in_time == 0
    assert patient.mean_wait_s < 60 and patient.answered_in_time > 0
