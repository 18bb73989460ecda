"""All the contacts of a town as one file, over 1,000,000 contacts in PostgreSQL: CSV, then ODS, made by the worker's
own door in a process of its own, with its memory; and how often whoever waits sees that it goes on.

`--many` asks for another size, `--keep FOLDER` keeps the town for the next run: see `towns.py`.
"""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta

import psycopg

from bench import alone, room, towns
from portal import clock
from portal.database import db
from portal.directory.models import Organization
from portal.reports import exporting
from portal.reports.models import Export, Tally
from portal.reports.sheets import FORMATS
from portal.staff.models import Staff
from portal.work.make_export import make_export

TWO_YEARS = timedelta(days=760)
PURPOSE = "Mesurer ce que coûte un grand fichier"
LOOK_S = 0.1
PROGRESS = "SELECT done, total, state FROM exports WHERE id = %s"


@dataclass(frozen=True, slots=True)
class Told:
    """What the process that made a file says of it."""

    rows: int
    seconds: float
    size: int  # bytes
    first_mb: float  # the process before it began
    most_mb: float


def main(arguments: Sequence[str] = ()) -> None:
    asked = towns.read_arguments(arguments, many=1_000_000)
    with towns.towns(asked.keep) as town:
        environ = town(asked.many, "postgresql")
        with alone.begun(is_counted, environ) as under_way:
            counted = under_way.result()
        if not counted:
            room.count(environ)  # how many rows there will be is read from what was counted
        for kind in FORMATS:
            with alone.begun(ask, environ, kind) as under_way:
                export_id = under_way.result()
            with alone.begun(make, environ, export_id) as under_way:
                pauses = watch(environ["DATABASE_URL"], export_id, under_way)
                tell(kind, under_way.result(), pauses)


def is_counted(environ: Mapping[str, str]) -> bool:
    with alone.portal(environ).app_context():
        return db.session.scalar(db.select(Tally.day).limit(1)) is not None


def ask(environ: Mapping[str, str], kind: str) -> int:
    """The whole of it, as a supervisor who sees the whole organization asks for it."""
    with alone.portal(environ).app_context():
        host = db.session.scalars(db.select(Organization).filter_by(is_host=True)).one()
        today = clock.now().date()
        by = Staff(
            organization_id=host.id,
            role="supervisor",
            email=f"{secrets.token_hex(8)}@ville.example",
            first_name="Mesure",
            last_name="Mesure",
            password_hash="",
        )
        db.session.add(by)
        db.session.flush()
        row = Export(
            organization_id=host.id,
            staff_id=by.id,
            kind="contacts",
            format=kind,
            asked={
                "first": (today - TWO_YEARS).isoformat(),
                "last": today.isoformat(),
                "channel": "",
                "topic_id": None,
                "queue_id": None,
            },
            purpose=PURPOSE,
        )
        db.session.add(row)
        db.session.commit()
        return row.id


def make(environ: Mapping[str, str], export_id: int) -> Told:
    """Makes it, and takes the file away."""
    app = alone.portal(environ)
    with app.app_context():
        job = alone.leased("make_export", {"export": export_id})
        first_mb, began = alone.most_mb(), time.perf_counter()
        make_export(job)
        seconds = time.perf_counter() - began
        row = db.session.get_one(Export, export_id)
        path = app.extensions["settings"].files_dir / exporting.FOLDER / exporting.name_of(row)
        path.unlink()
        return Told(row.done, seconds, row.size, first_mb, alone.most_mb())


def watch(url: str, export_id: int, under_way: Future[Told]) -> list[float]:
    """How long its progress stood still each time, in seconds, as a page that asks again would see it; sorted. Nothing
    counts before the file is begun."""
    pauses: list[float] = []
    known, since = (0, 0, "waiting"), 0.0
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        while not under_way.done():
            now = connection.execute(PROGRESS, (export_id,)).fetchone() or known
            if (now[0], now[2]) != (known[0], known[2]):
                pauses += [time.monotonic() - since] if since else []
                known, since = now, time.monotonic()
            time.sleep(LOOK_S)
    return sorted(pauses)


def tell(kind: str, told: Told, pauses: Sequence[float]) -> None:
    longest = f"{pauses[-1]:.1f} s at most" if pauses else "none seen"
    print(
        f"{kind}: {told.rows:,} rows in {told.seconds:.1f} s, {told.rows / told.seconds:,.0f} a second,"
        f" {told.size / 1e6:.1f} MB",
        f"     progress seen {len(pauses)} times, still for {longest};"
        f" memory {told.most_mb:.0f} MB at most, {told.first_mb:.0f} before",
        sep="\n",
        flush=True,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
