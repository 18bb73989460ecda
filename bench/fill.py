"""A country's past in a few minutes: citizens, contacts and cases of two years beside the demo town, on either engine.

`python -m bench.fill CONTACTS [CITIZENS]` fills the migrated database of DATABASE_URL (or the file under
RELAIS_DATA_DIR), where the demo town has been loaded. What is drawn is in `past.py`, what is made of it in `fill.sql`.
"""

from __future__ import annotations

import os
import re
import sqlite3
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from bench import past
from knowledge_base.analysis import fold
from portal import clock
from portal.config import read_settings

Rows = dict[str, list[tuple[Any, ...]]]

CITIZENS = 100_000
CONTACTS = 500_000
# the citizen with `heavy` contacts, and one with thirty whatever their total
HEAVY, STEADY = 1_000_001, 1_000_002

# where each table's own numbers go on, which PostgreSQL counts by itself
STARTS = {
    "citizens": 1_900_000,
    "identifiers": 2_900_000,
    "contacts": 19_000_000,
    "messages": 29_000_000,
    "cases": 39_000_000,
    "promises": 49_000_000,
    "referrals": 59_000_000,
    "events": 69_000_000,
    "jobs": 79_000_000,
    "network_events": 89_000_000,
    "codes": 91_000_000,
    "readings": 92_000_000,
}
PAST = {
    "sentence": "n integer, language text, words text, key text, PRIMARY KEY (language, n)",
    "day": "midnight bigint, first integer, volume integer",
    "hour": "n integer PRIMARY KEY, second integer, today integer",
}
MIXED = r"(((\1) * CAST(48271 AS bigint) + \2 * 7919) % 2147483647)"


def fill(
    database_url: str, *, contacts: int = CONTACTS, citizens: int = CITIZENS, heavy: int = 10_000
) -> None:
    """Adds so many of each; `heavy` of the contacts are one citizen's."""
    until = clock.now()
    rows: Rows = {
        "sentence": [(*one, fold(one[2])) for one in past.sentences()],
        "day": list(past.days(until, contacts)),
        "hour": list(past.hours(until)),
    }
    largest = max(volume for _, _, volume in rows["day"])
    statements = script(
        until=int(until.timestamp()),
        since=rows["day"][0][0],
        today=rows["day"][-1][0],
        numbers=max(citizens, largest),
        citizens=citizens,
        contacts=contacts,
        heavy=heavy,
        heavy_or_one=max(heavy, 1),
        french=past.FRENCH,
        arabic=past.ARABIC,
    )
    if database_url.startswith("sqlite"):
        fill_sqlite(database_url.removeprefix("sqlite:///"), rows, statements)
    else:
        fill_postgresql(re.sub(r"^postgresql\+\w+", "postgresql", database_url), rows, statements)


def script(**numbers: int) -> str:
    """The statements of `fill.sql` with these numbers, and what is drawn and picked written out."""
    text = (Path(__file__).parent / "fill.sql").read_text(encoding="utf-8")
    text = re.sub(r"--.*", "", text)
    text = re.sub(r"(?<!:):(\w+)", lambda name: str(numbers[name[1]]), text)
    text = re.sub(r"draw\(([^,]+), (\d+)\)", rf"({MIXED} * {MIXED} % 2147483647)", text)
    one = r"(SELECT id FROM \2 AS picked WHERE picked.n = \1 % (SELECT count(*) FROM \2))"
    return re.sub(r"pick\((\w+), (\w+)\)", one, text)


def fill_postgresql(url: str, rows: Rows, statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        # nothing refers to what is not there: the checks of foreign keys would only cost time
        connection.execute("SET session_replication_role = replica")
        for name, columns in PAST.items():
            connection.execute(f"CREATE TEMP TABLE {name} ({columns})")
            with connection.cursor().copy(f"COPY {name} FROM STDIN") as copy:
                for row in rows[name]:
                    copy.write_row(row)
        for one in statements.replace("instant(", "to_timestamp(").split(";"):
            connection.execute(one)
        for table, start in STARTS.items():
            connection.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", (table, start))
        connection.execute("VACUUM ANALYZE")


def fill_sqlite(path: str, rows: Rows, statements: str) -> None:
    connection = sqlite3.connect(path)
    connection.create_function("instant", 1, instant, deterministic=True)
    connection.execute("PRAGMA synchronous=OFF")
    for name, columns in PAST.items():
        connection.execute(f"CREATE TEMP TABLE {name} ({columns})")
        marks = ", ".join("?" * len(rows[name][0]))
        connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows[name])
    connection.executescript(f"BEGIN; {statements}; COMMIT; PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def instant(seconds: int | None) -> str | None:
    """An instant as SQLAlchemy writes it there."""
    return None if seconds is None else f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}.000000"


if __name__ == "__main__":
    began = time.monotonic()
    fill(
        read_settings(os.environ).database_url,
        **dict(zip(("contacts", "citizens"), map(int, sys.argv[1:]), strict=False)),
    )
    print(f"filled in {time.monotonic() - began:.0f} s")
