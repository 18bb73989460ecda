"""The opening hours of the directory, measured on cases whose answers are known."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from portal.database import brief_read, db
from portal.directory.hours.dila_hours import WEEK
from portal.directory.hours.opening import DAYS, Schedule, is_open
from portal.directory.models import Service

MONDAY = datetime.fromisoformat("2026-09-14T00:00+00:00")  # of a week without a holiday, anywhere
AT_ONCE = 400  # services read in one query


@click.command("evaluate-hours")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
def evaluate_hours(file: Path) -> None:
    """Say of the offices of FILE whether they are open when it asks, public holidays left out; count what is right.

    FILE: JSON lines of `organisme` (the id in the national directory), `jour`, `heure`, `ouvert`.
    """
    cases = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    schedules = _schedules(sorted({case["organisme"] for case in cases}))
    right = 0
    for case in cases:
        answer = says_open(schedules.get(case["organisme"]), case["jour"], case["heure"])
        right += answer is case["ouvert"]
        if answer is not case["ouvert"]:
            said = {None: "not in the directory", True: "open", False: "closed"}[answer]
            click.echo(f"{case['organisme']}, {case['jour']} {case['heure']}: {said}")
    click.echo(f"{right} of {len(cases)} right")


def says_open(schedule: Schedule | None, day: str, hour: str) -> bool | None:
    """Whether a schedule is open at an hour of a day of the week, in French; None where there is no schedule."""
    if schedule is None:
        return None
    hours, minutes = hour.split(":")
    when = MONDAY + timedelta(days=WEEK.index(day), hours=int(hours), minutes=int(minutes))
    week: dict[str, Any] = {name: schedule.get(name, []) for name in DAYS}
    return is_open(week, when, "UTC")


def _schedules(names: list[str]) -> dict[str, Schedule]:
    found: dict[str, Schedule] = {}
    with brief_read() as session:
        for start in range(0, len(names), AT_ONCE):
            query = db.select(Service.source_id, Service.schedule).where(Service.source == "dila")
            some = query.where(Service.source_id.in_(names[start : start + AT_ONCE]))
            found.update((name, hours) for name, hours in session.execute(some))
    return found
