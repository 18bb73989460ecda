"""The staff that the next hours take (Erlang A), and what callers meet with two more or two fewer."""

from __future__ import annotations

from dataclasses import dataclass

from portal.desk import staffing
from portal.desk.staffing import Demand
from portal.reports.days import QUARTER
from portal.reports.forecasting import Quarter

SHARE, WITHIN_S = 0.8, 20  # eight calls in ten are to be answered within twenty seconds
STEP = 2
FEW = 0.05  # fewer calls than this are none


@dataclass(frozen=True, slots=True)
class Met:
    """What callers meet with so many agents; shares are of all calls."""

    agents: int
    within_20: float
    abandoned: float
    wait_s: float


@dataclass(frozen=True, slots=True)
class Need:
    """A quarter of an hour, the agents it takes, and what is met with fewer, with those there are, and with more."""

    quarter: Quarter
    needed: int
    met: tuple[Met, ...]


def tried(agents: int) -> tuple[int, ...]:
    """The numbers of agents to compare: two fewer, as many, two more."""
    return tuple(dict.fromkeys(max(1, agents + change) for change in (-STEP, 0, STEP)))


def needs(quarters: list[Quarter], handling_s: float, patience_s: float, agents: int) -> list[Need]:
    """Quarter by quarter."""
    found = []
    for one in quarters:
        demand = Demand(one.calls, QUARTER.total_seconds(), handling_s, patience_s)
        needed = staffing.agents_needed(demand, share=SHARE, within_s=WITHIN_S) if one.calls >= FEW else 0
        found.append(Need(one, needed, tuple(_met(demand, n) for n in tried(agents))))
    return found


def in_all(found: list[Need]) -> list[Met]:
    """The same over all the quarters, each weighed by its calls."""
    calls = sum(one.quarter.calls for one in found)
    if not calls:
        return []
    whole = []
    for column in zip(*(one.met for one in found), strict=True):
        weighed = list(zip((one.quarter.calls / calls for one in found), column, strict=True))
        shares = {
            name: sum(weight * getattr(met, name) for weight, met in weighed)
            for name in ("within_20", "abandoned", "wait_s")
        }
        whole.append(Met(column[0].agents, **shares))
    return whole


def _met(demand: Demand, agents: int) -> Met:
    if demand.calls < FEW:
        return Met(agents, 1.0, 0.0, 0.0)
    found = staffing.service(demand, agents)
    return Met(agents, found.answered_within(WITHIN_S), found.abandoned, found.mean_wait_s)
