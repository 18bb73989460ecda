"""The worker's command."""

from __future__ import annotations

import click
from flask import current_app

from portal.database import db
from portal.work import begin_again, loop


@click.command()
@click.option("--until-empty", is_flag=True, help="Stop when nothing is due.")
@click.option("--at-once", default=1, help="How many jobs this worker does at the same time.")
def work(until_empty: bool, at_once: int) -> None:
    """Do the jobs that wait: send, index, reconcile. Any number of workers may run."""
    # the application itself, for threads that have no context of their own
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # the proxy's type does not know it
    if until_empty:
        tried = loop.run(app, until_empty=True)
    else:
        begin_again()
        db.session.commit()
        tried = loop.run_at_once(app, at_once)
    click.echo(f"{tried} jobs tried")
