"""The worker's command."""

from __future__ import annotations

import click
from flask import current_app

from portal.database import db
from portal.work import begin_again, loop


@click.command()
@click.option("--until-empty", is_flag=True, help="Stop when nothing is due.")
def work(until_empty: bool) -> None:
    """Do the jobs that wait: send, index, reconcile. Any number of workers may run."""
    if not until_empty:
        begin_again()
        db.session.commit()
    tried = loop.run(current_app._get_current_object(), until_empty=until_empty)  # type: ignore[attr-defined]
    click.echo(f"{tried} jobs tried")
