"""The staffing formulas: their known values, their limits, and a queue that is played out."""

from __future__ import annotations

import heapq
from dataclasses import replace
from math import inf, isclose, sqrt
from pathlib import Path
from random import Random
from statistics import fmean, stdev
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from portal.commands.staffing import check_erlang
from portal.desk.staffing import Demand, agents_needed, erlang_b, erlang_c, service

QUARTER = 900
BUSY = Demand(30, QUARTER, 420)  # 14 erlangs
RUNS, CALLS, WARM_UP = 20, 8000, 500


def test_known_values_and_a_wrong_one(tmp_path: Path) -> None:
    file = tmp_path / "values.csv"
    head = "appels_par_15min,duree_moyenne_s,agents,erlangs,erlang_b,erlang_c_proba_attente,attente_moyenne_s"
    head += ",taux_20s,taux_60s,occupation\n"
    right = "30,420,15,14.0,0.1477877628,0.7223185815,303.373804,0.3112714321,0.3738379851,0.93333333\n"
    file.write_text(head + right)
    assert CliRunner().invoke(check_erlang, [str(file)]).output == "1 of 1 right\n"
    file.write_text(head + right + right.replace("0.72231", "0.72232"))
    checked = CliRunner().invoke(check_erlang, [str(file)])
    assert checked.exit_code == 1
    assert "line 3: erlang_c_proba_attente 0.7223285815, found 0.7223185815" in checked.output
    assert checked.output.splitlines()[-1] == "1 of 2 right"


def test_one_agent_is_the_queue_of_the_textbooks() -> None:
    half = Demand(1, 60, 30)
    found = service(half, 1)
    assert (found.wait_probability, found.mean_wait_s, found.occupancy) == (0.5, 30, 0.5)
    assert erlang_b(0.5, 1) == pytest.approx(1 / 3) and erlang_b(0, 3) == 0


def test_more_calls_than_agents_can_answer_wait_for_ever() -> None:
    found = service(BUSY, 14)
    assert (found.wait_probability, found.mean_wait_s, found.occupancy) == (1, inf, 1)
    assert found.answered_within(60) == 0


def test_thousands_of_agents_neither_overflow_nor_cancel() -> None:
    large = Demand(9000, QUARTER, 600)  # 6000 erlangs
    assert 0 < erlang_c(large.load, 6100) < 1
    assert erlang_b(3, 400) == 0.0
    overloaded = service(replace(large, patience_s=120), 4000)
    assert overloaded.abandoned == pytest.approx(1 - 4000 / 6000, abs=1e-3)
    assert overloaded.occupancy == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("agents", [15, 18, 25])
def test_endless_patience_gives_erlang_c(agents: int) -> None:
    endless, long = service(BUSY, agents), service(replace(BUSY, patience_s=1e9), agents)
    for name in ("wait_probability", "mean_wait_s", "occupancy", "busy"):
        assert isclose(getattr(long, name), getattr(endless, name), rel_tol=1e-4), name
    assert long.answered_within(20) == pytest.approx(endless.answered_within(20), abs=1e-5)
    assert long.abandoned < 1e-5


def test_abandonment_rises_and_the_wait_falls_as_patience_falls() -> None:
    found = [service(replace(BUSY, patience_s=patience), 15) for patience in (1e6, 3600, 600, 120, 30, 5)]
    abandoned = [one.abandoned for one in found]
    assert abandoned == sorted(abandoned) and abandoned[-1] < erlang_b(BUSY.load, 15)
    waits = [one.mean_wait_s for one in found]
    assert waits == sorted(waits, reverse=True)
    hasty = service(replace(BUSY, patience_s=1e-6), 15)
    assert hasty.abandoned == pytest.approx(erlang_b(BUSY.load, 15), abs=1e-6)


def test_the_fewest_agents_for_a_target() -> None:
    fewest = agents_needed(BUSY)
    assert service(BUSY, fewest).answered_within(20) >= 0.8 > service(BUSY, fewest - 1).answered_within(20)
    patient = replace(BUSY, patience_s=180)
    assert agents_needed(patient) <= fewest
    assert agents_needed(Demand(0, QUARTER, 300)) == 1


class Played(NamedTuple):
    waited: float
    abandoned: float
    mean_wait_s: float
    soon: float  # answered within 20 s


def play(demand: Demand, agents: int, seed: int) -> Played:
    """A queue played out, call by call: each arrives, waits for the first free agent as long as it can, speaks."""
    draw = Random(seed)
    free_at = [0.0] * agents
    now, waits, gone, told = 0.0, [], 0, 0
    for n in range(WARM_UP + CALLS):
        now += draw.expovariate(demand.rate)
        wait = max(0.0, free_at[0] - now)
        patience = draw.expovariate(1 / demand.patience_s)
        stays = wait <= patience
        if stays:
            heapq.heapreplace(free_at, now + wait + draw.expovariate(1 / demand.handling_s))
        if n >= WARM_UP:
            waits.append(min(wait, patience))
            gone += not stays
            told += stays and wait <= 20
    return Played(sum(wait > 0 for wait in waits) / CALLS, gone / CALLS, fmean(waits), told / CALLS)


@pytest.mark.parametrize(("agents", "patience"), [(12, 120), (15, 300), (18, 60)])
def test_a_queue_that_is_played_out_agrees_within_its_confidence_interval(
    agents: int, patience: float
) -> None:
    demand = replace(BUSY, patience_s=patience)
    found = service(demand, agents)
    played = [play(demand, agents, seed) for seed in range(RUNS)]
    expected = Played(found.wait_probability, found.abandoned, found.mean_wait_s, found.answered_within(20))
    for name, value in expected._asdict().items():
        runs = [getattr(one, name) for one in played]
        half_width = 2.861 * stdev(runs) / sqrt(RUNS)  # Student's, 99 % with 19 degrees of freedom
        assert abs(fmean(runs) - value) <= half_width, (name, fmean(runs), value, half_width)
