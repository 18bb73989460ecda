"""The supervisor's room over 100,000 citizens and 1,000,000 contacts in PostgreSQL: the wallboard and the list of those
who wait, drawn anew each time; a year's report, of all and of one commune of six; what counting costs.

`--many` asks for another size, `--keep FOLDER` keeps the town for the next run: see `towns.py`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import psycopg
from flask import Flask

from bench import place, towns
from bench.asking import sign_in
from bench.open_consoles import quantile
from portal import clock
from portal.app import create_app
from portal.config import read_settings

ROUNDS, REPORTS = 100, 7
MOST_ROOM_MS, MOST_REPORT_S = 150.0, 5.0
IN_LINE = 60  # calls that wait, of those that came in last

WAIT = f"""
UPDATE places SET state = 'waiting', "left" = '', ended_at = NULL, since = now() - interval '3 minutes'
WHERE id IN (
    SELECT places.id FROM places JOIN contacts ON contacts.id = contact_id ORDER BY started_at DESC LIMIT {IN_LINE}
)
"""

ONE_COMMUNE = "96042"  # of six that the contacts of the past came from


def main(arguments: Sequence[str] = ()) -> None:
    asked = towns.read_arguments(arguments, many=1_000_000)
    with towns.towns(asked.keep) as town:
        environ = town(asked.many, "postgresql")
        stand_in_line(environ["DATABASE_URL"])
        count(environ)
        measure(create_app(read_settings(environ)))


def stand_in_line(url: str) -> None:
    """The last calls of the past still stand in their queues."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(WAIT)


def count(environ: dict[str, str]) -> None:
    """Prints what counting every day costs."""
    began = time.monotonic()
    told = place.flask(environ, "count-days").splitlines()[-1]
    print(f"{told} in {time.monotonic() - began:.0f} s", flush=True)
    with psycopg.connect(environ["DATABASE_URL"].replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def measure(app: Flask) -> None:
    """Prints each page's time in this process, nothing kept from one to the next."""
    client, cookie = app.test_client(use_cookies=False), sign_in(app, "supervisor")
    today = clock.now().date()
    year = f"/console/reports?from={today - timedelta(days=364)}&to={today}"
    for name, path, rounds, most_ms in (
        ("wallboard", "/console/room/now", ROUNDS, MOST_ROOM_MS),
        ("who waits", "/console/waiting", ROUNDS, MOST_ROOM_MS),
        ("forecast", "/console/room/forecast", REPORTS, None),
        ("a year's report", year, REPORTS, 1000 * MOST_REPORT_S),
        ("in one commune", f"{year}&commune={ONE_COMMUNE}", REPORTS, 1000 * MOST_REPORT_S),
        ("its calls alone", f"{year}&channel=phone", REPORTS, 1000 * MOST_REPORT_S),
    ):
        took = sorted(
            timed(app, partial(client.get, path, headers={"Cookie": cookie})) for _ in range(rounds)
        )
        target = f" (target: p95 at most {most_ms:g})" if most_ms else ""
        print(
            f"{name:16} median {quantile(took, 0.5):7.1f} ms  p95 {quantile(took, 0.95):7.1f} ms{target}",
            flush=True,
        )


def timed(app: Flask, ask: Callable[[], Any]) -> float:
    app.extensions.pop("drawn", None)
    began = time.perf_counter()
    answer = ask()
    answer.get_data()
    assert answer.status_code == 200, answer.status
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main(sys.argv[1:])
