"""How queues answered and how many agents their calls needed; the staffing formulas compared with known values."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import click

from portal import clock
from portal.database import db
from portal.desk import estimating, measuring, staffing
from portal.desk.models import Queue

QUARTER_S = 900
EXACT = 1e-6
WITHIN = re.compile(r"taux_(\d+)s")


@click.command("check-erlang")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
def check_erlang(file: Path) -> None:
    """Compute each line of FILE anew: calls per quarter-hour, handling time, agents, and what they give."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    wrong = [f"line {n}: {'; '.join(found)}" for n, row in enumerate(rows, 2) if (found := list(_wrong(row)))]
    for line in wrong:
        click.echo(line)
    click.echo(f"{len(rows) - len(wrong)} of {len(rows)} right")
    if wrong:
        raise SystemExit(1)


@click.command("show-queues")
@click.option("--hours", default=1.0, show_default=True, help="Over how long.")
def show_queues(hours: float) -> None:
    """Show how each queue answered lately, and the agents that 80 % of answers within 20 s would have needed."""
    until = clock.now()
    since = until - timedelta(hours=hours)
    for queue in db.session.scalars(db.select(Queue).order_by(Queue.organization_id, Queue.position)):
        found = measuring.answering(queue.id, since, until)
        demand = staffing.Demand(found.stood, hours * 3600, estimating.handling_s(queue))
        wait = "-" if found.mean_wait_s is None else f"{found.mean_wait_s:.0f} s"
        click.echo(
            f"{queue.name}: {found.stood} calls, {found.answered} answered after {wait}, {found.gave_up} gave up, "
            f"{found.called_back} to call back; {staffing.agents_needed(demand)} agents needed"
        )
    db.session.rollback()


def _wrong(row: Mapping[str, str]) -> Iterator[str]:
    """The columns of a line that we find otherwise."""
    demand = staffing.Demand(float(row["appels_par_15min"]), QUARTER_S, float(row["duree_moyenne_s"]))
    agents = int(row["agents"])
    found = staffing.service(demand, agents)
    ours = {
        "erlangs": demand.load,
        "erlang_b": staffing.erlang_b(demand.load, agents),
        "erlang_c_proba_attente": found.wait_probability,
        "attente_moyenne_s": found.mean_wait_s,
        "occupation": found.occupancy,
    }
    for name, given in row.items():
        seconds = WITHIN.fullmatch(name)
        value = found.answered_within(float(seconds[1])) if seconds else ours.get(name)
        if value is not None and value != float(given) and not abs(value - float(given)) <= EXACT:
            yield f"{name} {given}, found {value:.10f}"
