"""Minutes without the database, under load: `python -m bench outage`, or `python -m bench.outage MINUTES`.

PostgreSQL is frozen (it takes connections and answers nothing, which is worse than being stopped) while a crowd goes on
calling and writing; then it goes on. What was acknowledged is counted in the tables.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

import psycopg

from bench.crowd import Crowd
from bench.webhooks import centre
from portal import spool

MINUTES, PER_SECOND = 10.0, 10
TEXTS = "SELECT count(*) FROM messages WHERE direction = 'in' AND channel = 'text'"


def main(minutes: float = MINUTES) -> None:
    draw = random.Random(5)
    with centre() as (crowd, address, folder):
        crowd.speed = 6
        _crowd_in(crowd, draw, seconds=5)
        crowd.wait(60)
        known = (_texts(address) - crowd.texts, 0)
        frozen = _postgres(address)
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        before, began = len(crowd.when), time.monotonic()
        crowd.took_s.clear()  # the first requests of a process are slow for other reasons
        try:
            while time.monotonic() < began + 60 * minutes:
                _crowd_in(crowd, draw, seconds=10)
                time.sleep(10)
        finally:
            kept, came_back = len(spool.kept(folder)), time.monotonic()
            for pid in frozen:
                os.kill(pid, signal.SIGCONT)
        slowest = max((took, door) for door, every in crowd.took_s.items() for took in every)
        print(
            f"  {minutes:g} minutes away, {len(crowd.when) - before} webhooks; answers {dict(crowd.answers)}"
        )
        print(f"  the slowest answer ({slowest[1]}) took {slowest[0]:.1f} s   target: under 4")
        _tell_replay(folder, kept, came_back)
        crowd.wait(60)
        _tell(crowd.texts + known[0], crowd.calls, address)


def _crowd_in(crowd: Crowd, draw: random.Random, *, seconds: float) -> None:
    at = 0.0
    while at < seconds:
        at += draw.expovariate(PER_SECOND)
        number = f"+336399{draw.randrange(90_000) + 10_000:05d}"
        if draw.random() < 0.5:
            crowd.text(number, "38010", "Bonjour, où en est ma demande ?", after_s=at)
        else:
            crowd.call(number, "0", patience_s=60, after_s=at)


def _tell_replay(folder: Path, kept: int, came_back: float) -> None:
    """How long it took to do again what was kept when the database came back."""
    while spool.kept(folder) and time.monotonic() < came_back + 900:
        time.sleep(0.2)
    took, (left, aside) = time.monotonic() - came_back, spool.waiting(folder)
    print(
        f"  {kept} words kept in the spool, done again in {took:.0f} s, {kept / took:.0f} a second",
        flush=True,
    )
    print(f"  {left} left in the spool, {aside} set aside   target: none", flush=True)


def _tell(texts: int, calls: int, address: str) -> None:
    """Counts what was acknowledged."""
    began, counted = time.monotonic(), (0, 0)
    with psycopg.connect(address, autocommit=True) as connection:
        while time.monotonic() < began + 60 and counted != (texts, calls):
            time.sleep(1)
            counted = (
                _count(
                    connection, "SELECT count(*) FROM messages WHERE direction = 'in' AND channel = 'text'"
                ),
                _count(connection, "SELECT count(*) FROM contacts WHERE provider_ref LIKE 'CA%'"),
            )
    print(
        f"  texts {counted[0]} of {texts}, calls {counted[1]} of {calls}, {time.monotonic() - began:.0f} s after"
    )


def _texts(address: str) -> int:
    with psycopg.connect(address, autocommit=True) as connection:
        return _count(connection, TEXTS)


def _count(connection: psycopg.Connection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _postgres(address: str) -> list[int]:
    """Every process of this server."""
    with psycopg.connect(address, autocommit=True) as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        assert row is not None
        parent = _parent(row[0])
    folders = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [parent, *(pid for pid in folders if _parent(pid) == parent)]


def _parent(pid: int) -> int:
    try:
        return int((Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES)
