"""How many calls come in the next hours: those of the same weekday in past weeks, and of today so far.

The shape of a day is that of the past days together, its level their median, corrected by how today began. Public
holidays and days out of all proportion (a crisis, a closed office) are left aside, and told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import ceil, floor, sqrt
from statistics import median
from typing import Any

from portal import clock
from portal.database import db
from portal.desk.models import Queue
from portal.directory.hours import zones
from portal.reports import days
from portal.reports.models import CallTally
from portal.reports.scope import Scope

WEEKS, LOOKED_AT = 6, 10  # past weeks that are wanted, and how many are gone through to find them
HOLIDAYS_WITHIN = timedelta(days=400)
OUT_OF_PROPORTION = 2.5  # times the median of its weekday, or as many times less
SMOOTHED = (0.25, 0.5, 0.25)  # a quarter of an hour and its neighbours
BELIEF = 300.0  # calls: how many it takes for today to weigh as much as the past
EIGHT_IN_TEN = 1.2816  # standard deviations
# fewer calls tell nothing; how long callers wait on average where nothing is known
FEW, PATIENCE_S = 10, 180.0

Curve = Sequence[float]


@dataclass(frozen=True, slots=True)
class Quarter:
    """What is expected of a quarter of an hour; eight times in ten the calls are between `low` and `high`."""

    number: int
    calls: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """`so_far`: today's calls, quarter by quarter; `aside`: the days left aside, and why; `holiday`: today's name."""

    next: list[Quarter]
    so_far: list[int]
    used: list[date]
    aside: list[tuple[date, str]] = field(default_factory=list)
    holiday: str = ""

    @property
    def between(self) -> tuple[int, int] | None:
        """The whole of it, eight times in ten: single calls even out, days do not."""
        calls = sum(one.calls for one in self.next)
        if not calls:
            return None
        most = max(self.next, key=lambda one: one.calls)
        spread = max(0.0, ((most.high - most.calls) / EIGHT_IN_TEN) ** 2 - most.calls) / most.calls**2
        off = EIGHT_IN_TEN * sqrt(calls + spread * calls**2)
        return max(0, floor(calls - off)), ceil(calls + off)


def foresee(past: Sequence[Curve], so_far: Curve, at: int, until: int) -> list[Quarter]:
    """The quarters of an hour from `at` on, from past days alike; `so_far` is today's, known before `at`."""
    shape = [sum(column) for column in zip(*(_smooth(day) for day in past), strict=True)] if past else []
    whole = sum(shape)
    if not whole:
        return []
    level = median(sum(day) for day in past)
    usual = [level * part / whole for part in shape]
    began = (sum(so_far[:at]) + BELIEF) / (sum(usual[:at]) + BELIEF)
    spread = _spread(past, usual)
    return [_quarter(n, usual[n] * began, spread) for n in range(at, min(until, days.QUARTERS))]


def proportionate(past: Sequence[tuple[date, Curve]]) -> tuple[list[date], list[date]]:
    """Which of these days are alike, and which are out of all proportion."""
    middle = median(sum(curve) for _, curve in past) if past else 0.0
    alike: list[date] = []
    aside: list[date] = []
    for day, curve in past:
        fits = middle / OUT_OF_PROPORTION <= sum(curve) <= middle * OUT_OF_PROPORTION
        (alike if fits else aside).append(day)
    return alike, aside


def forecast(
    scope: Scope, timezone: str, *, hours: int = 4, queue_id: int | None = None, territory: str = ""
) -> Forecast:
    """The next hours of the queues seen, or of one of them."""
    today = days.today(timezone)
    holiday = zones.public_holidays(territory, today.year).get(today, "")
    looked_at, aside = _like(today, territory)
    curves = _curves(scope, [*looked_at, today], timezone, queue_id)
    past = [(day, curves[day]) for day in looked_at if sum(curves[day])][:WEEKS]
    alike, odd = proportionate(past)
    at = days.number_of(clock.now(), timezone)
    aside = [one for one in aside if past and one[0] > past[-1][0]]
    aside += [(day, "hors de proportion") for day in odd]
    found = foresee([curves[day] for day in alike], curves[today], at, at + 4 * hours)
    return Forecast(found, curves[today][:at], alike, aside, holiday)


def _like(today: date, territory: str) -> tuple[list[date], list[tuple[date, str]]]:
    """The past days to compare this one with, the latest first, and those of them left aside."""

    def holiday(day: date) -> str:
        return zones.public_holidays(territory, day.year).get(day, "")

    if holiday(today):
        past = (today - timedelta(days=n) for n in range(1, HOLIDAYS_WITHIN.days))
        return [day for day in past if holiday(day)], []
    weeks = [today - timedelta(weeks=n) for n in range(1, LOOKED_AT + 1)]
    return [day for day in weeks if not holiday(day)], [(day, holiday(day)) for day in weeks if holiday(day)]


def _curves(
    scope: Scope, wanted: Sequence[date], timezone: str, queue_id: int | None
) -> dict[date, list[int]]:
    """The calls of each of these days, quarter by quarter of the clock on the wall."""
    edges = [days.bounds(day, timezone) for day in wanted]
    within = db.or_(*((CallTally.at >= begins) & (CallTally.at < ends) for begins, ends in edges))
    query = db.select(CallTally.at, db.func.sum(CallTally.stood))
    query = query.where(CallTally.organization_id == scope.organization_id, within)
    query = query.where(CallTally.queue_id == queue_id if queue_id else scope.queues(CallTally.queue_id))
    curves = {day: [0] * days.QUARTERS for day in wanted}
    for at, calls in db.session.execute(query.group_by(CallTally.at)):
        curves[days.day_of(at, timezone)][days.number_of(at, timezone)] += calls
    return curves


def _smooth(day: Curve) -> list[float]:
    """The same day without the chance of single calls; its ends keep theirs."""
    before, here, after = SMOOTHED
    padded = [day[0], *day, day[-1]]
    return [before * padded[n] + here * padded[n + 1] + after * padded[n + 2] for n in range(len(day))]


def _spread(past: Sequence[Curve], usual: Curve) -> float:
    """How much days differ beyond the chance of single calls: a variation, as a share."""
    squares = sum((calls - mean) ** 2 - mean for day in past for calls, mean in zip(day, usual, strict=True))
    weight = len(past) * sum(mean**2 for mean in usual)
    return sqrt(max(0.0, squares) / weight) if weight else 0.0


def _quarter(number: int, calls: float, spread: float) -> Quarter:
    half = EIGHT_IN_TEN * sqrt(calls + (spread * calls) ** 2)
    return Quarter(number, calls, max(0.0, calls - half), calls + half)


def usual_calls(scope: Scope, queue_id: int | None = None) -> tuple[float, float]:
    """How long a call takes with its wrap-up, and how long callers wait before they give up: of the last four weeks."""
    since = clock.now() - timedelta(weeks=4)
    names = ("spoken", "spoken_s", "gave_up", "waited_s", "endured_s")
    query = db.select(*(db.func.sum(getattr(CallTally, name)).label(name) for name in names))
    query = query.where(CallTally.organization_id == scope.organization_id, CallTally.at >= since)
    query = query.where(CallTally.queue_id == queue_id if queue_id else scope.queues(CallTally.queue_id))
    row = db.session.execute(query).one()
    return _handling_s(scope, queue_id, row), _patience_s(row)


def _patience_s(row: Any) -> float:
    """All the time that was waited, for each who gave up: how long callers endure, those answered in time included."""
    return (row.waited_s + row.endured_s) / row.gave_up if (row.gave_up or 0) >= FEW else PATIENCE_S


def _handling_s(scope: Scope, queue_id: int | None, row: Any) -> float:
    query = db.select(db.func.avg(Queue.handling_s), db.func.avg(Queue.wrap_up_s))
    query = query.where(Queue.organization_id == scope.organization_id)
    handling, wrap_up = db.session.execute(
        query.where(Queue.id == queue_id if queue_id else scope.queues(Queue.id))
    ).one()
    known = (row.spoken or 0) >= FEW
    return row.spoken_s / row.spoken + float(wrap_up or 0) if known else float(handling or 300)
