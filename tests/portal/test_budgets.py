"""A budget is counted by window and holds for each thing and person apart, whoever counts at the same time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from portal import budgets, clock
from portal.budgets import Use
from portal.database import db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_a_budget_is_used_up_then_comes_back(app: Flask) -> None:
    hour = timedelta(hours=1)
    assert [budgets.spend("code", "a", most=2, per=hour) for _ in range(3)] == [True, True, False]
    assert budgets.spend("code", "b", most=2, per=hour)
    assert budgets.spend("text", "a", most=2, per=hour)
    with time_machine.travel(clock.now() + hour):
        assert budgets.spend("code", "a", most=2, per=hour)


def test_several_budgets_are_counted_at_once_and_the_exceeded_ones_named(app: Flask) -> None:
    uses = [
        Use("hour", "text:h", "a", 2, HOUR),
        Use("day", "text:d", "a", 3, DAY),
        Use("all", "text", "", 9, DAY),
    ]
    with time_machine.travel(datetime(2026, 3, 3, 12, tzinfo=UTC)):
        found = [budgets.spend_each(uses) for _ in range(4)]
    assert found == [[], [], ["hour"], ["hour", "day"]]


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_day_of_a_budget_is_one_of_our_walls_even_when_the_clocks_change(app: Flask, day: date) -> None:
    within = [clock.begins_at(day), clock.over_at(day) - timedelta(seconds=1)]
    for when, left in [(within[0] - timedelta(seconds=1), True), (within[0], True), (within[1], False)]:
        with time_machine.travel(when, tick=False):
            assert budgets.is_left("text", "a", most=1, per=DAY) is left
            assert budgets.spend("text", "a", most=1, per=DAY) is left


def test_a_hard_stop_holds_when_twenty_spend_at_the_same_instant(app: Flask) -> None:
    uses = [Use("one", "text:one", "a", 7, DAY), Use("all", "text:all", "", 100, DAY)]
    db.session.commit()

    def spend(n: int) -> bool:
        with app.app_context():
            over = budgets.spend_each(uses if n % 2 else uses[::-1])
            db.session.commit()
            db.session.remove()
        return not over

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(spend, range(20))) == 7
