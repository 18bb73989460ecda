"""How many agents a number of calls needs: Erlang's formulas B, C and A.

B: whoever finds everybody busy is lost. C: they wait, however long. A: they wait for as long as their patience lasts.
All are computed by recursions that neither overflow nor cancel, for any number of agents.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from math import ceil, exp, expm1, inf, isfinite

SLICES = 2000  # of the integral of the waits, an even number
LARGE = 1e200


@dataclass(frozen=True, slots=True)
class Demand:
    """Calls that come at random, and how long one takes with its wrap-up; patience is a mean, endless by default."""

    calls: float
    per_s: float
    handling_s: float
    patience_s: float = inf

    @property
    def rate(self) -> float:
        return self.calls / self.per_s

    @property
    def load(self) -> float:
        """In erlangs: how many agents speak at once if nobody ever waits."""
        return self.rate * self.handling_s


@dataclass(frozen=True, slots=True)
class Service:
    """What callers meet with so many agents. `answered_within(s)` is the share of all calls answered so soon."""

    demand: Demand
    agents: int
    wait_probability: float
    mean_wait_s: float
    abandoned: float
    occupancy: float
    busy: float  # probability that exactly all agents speak and nobody waits

    def answered_within(self, seconds: float) -> float:
        at_once = 1 - self.wait_probability
        return min(1.0, max(0.0, at_once + _answered_after_waiting(self, seconds)))


def erlang_b(load: float, agents: int) -> float:
    """The share of calls that find all agents busy, and are lost."""
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(load: float, agents: int) -> float:
    """The share of calls that wait; all of them, when the load is more than the agents can ever answer."""
    if load >= agents:
        return 1.0
    blocked = erlang_b(load, agents)
    return agents * blocked / (agents - load * (1 - blocked))


def service(demand: Demand, agents: int) -> Service:
    """What callers meet: Erlang A with their patience, C when it is endless."""
    if isfinite(demand.patience_s) and demand.load > 0:
        return _with_patience(demand, agents)
    load = demand.load
    waits, stable = erlang_c(load, agents), load < agents
    mean = waits * demand.handling_s / (agents - load) if stable else inf
    occupancy = load / agents if stable else 1.0
    busy = waits * (agents - load) / agents if stable else 0.0
    return Service(demand, agents, waits, mean, 0.0, occupancy, busy)


def agents_needed(demand: Demand, *, share: float = 0.8, within_s: float = 20) -> int:
    """The fewest agents with whom this share of the calls is answered within so many seconds."""
    most = max(1, ceil(demand.load))
    while service(demand, most).answered_within(within_s) < share:
        most *= 2
    least = 0
    while most - least > 1:
        middle = (most + least) // 2
        enough = service(demand, middle).answered_within(within_s) >= share
        least, most = (least, middle) if enough else (middle, most)
    return most


def _with_patience(demand: Demand, agents: int) -> Service:
    """Erlang A. States are weighed against the one in which all agents speak and nobody waits (weight 1): those with
    agents to spare weigh 1/B - 1 together, that with j waiting the product of rate / (what leaves) up to j."""
    rate, answers, leaves = demand.rate, agents / demand.handling_s, 1 / demand.patience_s
    blocked = erlang_b(demand.load, agents)
    spare = 1 / blocked - 1 if blocked else inf
    unit = weight = 1.0
    queued = length = 0.0
    for waiting in count(1):
        weight *= rate / (answers + waiting * leaves)
        queued, length = queued + weight, length + waiting * weight
        if weight > LARGE:  # only proportions count
            unit, weight, spare = unit / LARGE, weight / LARGE, spare / LARGE
            queued, length = queued / LARGE, length / LARGE
        if weight * waiting < 1e-17 * length and rate < answers + waiting * leaves:
            break
    whole = spare + unit + queued
    mean_queue = length / whole
    abandoned = leaves * mean_queue / rate
    occupancy = demand.load * (1 - abandoned) / agents if agents else 1.0
    waits = (unit + queued) / whole
    return Service(demand, agents, waits, mean_queue / rate, abandoned, occupancy, unit / whole)


def _answered_after_waiting(found: Service, seconds: float) -> float:
    """The share of calls that wait, no longer than this, and are answered: the density of the wait that would be
    offered to the endlessly patient (Baccelli and Hebuterne), times the patience to wait for it, by Simpson's rule."""
    demand, answers = found.demand, found.agents / found.demand.handling_s
    leaves = 1 / demand.patience_s
    if not leaves:
        spare = answers - demand.rate
        return -found.wait_probability * expm1(-spare * seconds) if spare > 0 else 0.0
    step = seconds / SLICES

    def density(at: float) -> float:
        arrived = -demand.rate * expm1(-leaves * at) / leaves
        return exp(arrived - (answers + leaves) * at)

    inner = sum((4 if n % 2 else 2) * density(n * step) for n in range(1, SLICES))
    return answers * found.busy * (density(0) + inner + density(seconds)) * step / 3
