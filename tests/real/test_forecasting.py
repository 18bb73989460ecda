"""The forecast tried on real calls: a bank's of 2003, whole and as a town would have them."""

from __future__ import annotations

import csv
import gzip
import random
from datetime import date, datetime, timedelta

import pytest

from portal.reports import days
from portal.reports.forecasting import WEEKS, foresee, proportionate
from tests.real.folder import data_folder

DATA = data_folder("courbes-appels")
AT = (36, 44, 52, 60)  # asked at 9, 11, 13 and 15 o'clock, for four hours
AHEAD = 16


def curves(share: float) -> dict[date, list[int]]:
    """The calls of each day by quarter of an hour, of which this share is kept by lot."""
    drawn = random.Random(1)
    found: dict[date, list[int]] = {}
    with gzip.open(DATA / "banque-us-5min-2003.csv.gz", "rt") as lines:
        for row in csv.DictReader(lines):
            at, calls = datetime.fromisoformat(row["debut_intervalle"]), int(float(row["appels"] or 0))
            kept = calls if share == 1 else sum(drawn.random() < share for _ in range(calls))
            found.setdefault(at.date(), [0] * days.QUARTERS)[at.hour * 4 + at.minute // 15] += kept
    return found


def back_test(data: dict[date, list[int]]) -> tuple[float, float, float]:
    """Error of the forecast and of last week's same quarter, as shares of all calls; and how often it said so."""
    wrong = naive = calls = inside = asked = 0.0
    for today in sorted(data):
        weeks = [today - timedelta(weeks=n) for n in range(1, WEEKS + 1)]
        past = [(day, data[day]) for day in weeks if day in data]
        if len(past) < 3:
            continue
        alike, _ = proportionate(past)
        for at in AT:
            for one in foresee([data[day] for day in alike], data[today], at, at + AHEAD):
                came = data[today][one.number]
                wrong += abs(one.calls - came)
                naive += abs(past[0][1][one.number] - came)
                inside += one.low <= came <= one.high
                calls, asked = calls + came, asked + 1
    return wrong / calls, naive / calls, inside / asked


@pytest.mark.parametrize(("share", "better_by"), [(1, 0.25), (1 / 20, 0.15), (1 / 150, 0.15)])
def test_the_forecast_is_better_than_last_week_and_knows_how_sure_it_is(
    share: float, better_by: float
) -> None:
    wrong, naive, inside = back_test(curves(share))
    print(f"share {share:.4f}: error {wrong:.3f}, last week {naive:.3f}, {inside:.3f} between the bounds")
    assert wrong < naive * (1 - better_by)
    assert 0.7 <= inside <= 0.92
