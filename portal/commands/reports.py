"""Counting again what reports are drawn from."""

from __future__ import annotations

from datetime import datetime

import click

from portal.database import db
from portal.reports import counting, days, following

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command("count-days")
@click.option("--since", type=DAY, help="The first day to count again; all by default.")
@click.option("--until", type=DAY, help="The last one.")
def count_days(since: datetime | None, until: datetime | None) -> None:
    """Count the days of reports again from their contacts; done twice, it gives the same. It may be stopped."""
    zones = days.Zones()
    following.mark_all(since.date() if since else None, until.date() if until else None)
    db.session.commit()
    counted = 0
    while found := following.due(all_marked=True):
        for of, day in found:
            counting.count_day(of, day, zones[of])
            db.session.commit()
        counted += len(found)
        click.echo(f"{counted} days counted", err=True)
    click.echo(f"{counted} days counted")
