"""The words of contacts, cases and citizens, written anew."""

from __future__ import annotations

import click

from portal.database import db
from portal.records import rebuilding
from portal.records.keeping import Tally

SAID_EVERY = 10_000


@click.command("index-history")
def index_history() -> None:
    """Write the words of every contact, case and citizen anew, some at a time; stopped, it goes on from there."""
    rebuilding.begin()
    db.session.commit()
    left, done, tally = rebuilding.left(), 0, Tally()
    db.session.commit()
    while (written := rebuilding.step(tally)) is not None:
        db.session.commit()
        if (done + written) // SAID_EVERY > done // SAID_EVERY:
            click.echo(f"  {done + written} of {left}")
        done += written
    db.session.commit()
    click.echo(f"{done} contacts, cases and citizens")
