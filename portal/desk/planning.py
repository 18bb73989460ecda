"""How many agents a day needs, half hour by half hour: the calls of the same day in past weeks, and Erlang."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import inf
from zoneinfo import ZoneInfo

from portal import clock
from portal.contacts.models import Contact
from portal.database import db
from portal.desk import staffing

WEEKS = 4
HALVES = 48
FEW = 0.05  # fewer calls than this are none: one in twenty weeks


@dataclass(frozen=True, slots=True)
class Target:
    """This share of the calls is to be answered within so many seconds; callers wait for `patience_s` on average."""

    share: float = 0.8
    within_s: int = 20
    patience_s: float = inf


@dataclass(frozen=True, slots=True)
class Half:
    """A half hour: its calls, the agents they need, and what callers then meet."""

    begins: str
    calls: float
    agents: int
    occupancy: float
    mean_wait_s: float
    answered_in_time: float


def calls_by_half_hour(
    organization_id: int, weekday: int, timezone: str, *, queue_id: int | None = None
) -> list[float]:
    """The mean number of calls in each half hour of a day of the week (0 is Monday), over the last four."""
    counted = [0] * HALVES
    wanted = Contact.queue_id.is_not(None) | Contact.answered_at.is_not(None)  # an agent: not the menu alone
    for day in _last_days(weekday, timezone):
        edges = _edges(day, timezone)
        half = db.case(*((Contact.started_at < edges[n + 1], n) for n in range(HALVES)))
        query = db.select(half, db.func.count()).where(
            Contact.organization_id == organization_id,
            Contact.started_at >= edges[0],
            Contact.started_at < edges[-1],
            Contact.channel == "phone",
            Contact.direction == "in",
            wanted if queue_id is None else Contact.queue_id == queue_id,
        )
        for n, calls in db.session.execute(query.group_by(half)):
            counted[n] += calls
    return [calls / WEEKS for calls in counted]


def plan(calls: list[float], handling_s: float, target: Target) -> list[Half]:
    """What each half hour needs, from the first that has calls to the last."""
    return [_half(n, calls[n], handling_s, target) for n in _lasts(calls)]


def with_agents(calls: list[float], handling_s: float, target: Target, agents: int) -> list[Half]:
    """What callers meet if so many agents answer all day."""
    return [_half(n, calls[n], handling_s, target, agents) for n in _lasts(calls)]


def _lasts(calls: list[float]) -> range:
    """The half hours of the day, from the first that has calls to the last."""
    busy = [n for n, number in enumerate(calls) if number >= FEW]
    return range(busy[0], busy[-1] + 1) if busy else range(0)


def _half(n: int, calls: float, handling_s: float, target: Target, agents: int | None = None) -> Half:
    begins = f"{n // 2:02}:{n % 2 * 30:02}"
    if calls < FEW:
        return Half(begins, calls, agents or 0, 0.0, 0.0, 1.0)
    demand = staffing.Demand(calls, 1800, handling_s, target.patience_s)
    if agents is None:
        agents = staffing.agents_needed(demand, share=target.share, within_s=target.within_s)
    met = staffing.service(demand, agents)
    return Half(begins, calls, agents, met.occupancy, met.mean_wait_s, met.answered_within(target.within_s))


def _last_days(weekday: int, timezone: str) -> list[date]:
    """The last four such days that are over."""
    today = clock.now().astimezone(ZoneInfo(timezone)).date()
    last = today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)
    return [last - timedelta(weeks=n) for n in range(WEEKS)]


def _edges(day: date, timezone: str) -> list[datetime]:
    """The instants at which the half hours of a local day begin, and its end; those the clocks skip are empty."""
    zone = ZoneInfo(timezone)
    begins = [datetime.combine(day, time(n // 2, n % 2 * 30), zone) for n in range(HALVES)]
    ends = datetime.combine(day + timedelta(days=1), time(), zone)
    edges = [edge.astimezone(UTC) for edge in (*begins, ends)]
    return [min(edges[n:]) for n in range(len(edges))]
