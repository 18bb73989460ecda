"""A budget is counted by window and holds for each thing and person apart."""

from datetime import timedelta

import time_machine
from flask import Flask

from portal import budgets, clock


def test_a_budget_is_used_up_then_comes_back(app: Flask) -> None:
    hour = timedelta(hours=1)
    assert [budgets.spend("code", "a", most=2, per=hour) for _ in range(3)] == [True, True, False]
    assert budgets.spend("code", "b", most=2, per=hour)
    assert budgets.spend("text", "a", most=2, per=hour)
    with time_machine.travel(clock.now() + hour):
        assert budgets.spend("code", "a", most=2, per=hour)
