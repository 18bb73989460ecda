"""A country's past in a few seconds: citizens and contacts beside the demo town, in PostgreSQL.

`python -m bench.fill CONTACTS` fills the migrated database of DATABASE_URL, where the demo town has been loaded.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import psycopg

CITIZENS = 100_000
CONTACTS = 500_000
HEAVY, STEADY = (
    1_000_001,
    1_000_002,
)  # the citizen with `heavy` contacts, and one with thirty whatever their total


def fill(
    database_url: str, *, contacts: int = CONTACTS, citizens: int = CITIZENS, heavy: int = 10_000
) -> None:
    """Adds so many of each; `heavy` of the contacts are one citizen's."""
    numbers = {"citizens": citizens, "contacts": contacts, "heavy": heavy}
    script = (Path(__file__).parent / "fill.sql").read_text(encoding="utf-8")
    script = re.sub(r"%\((\w+)\)s", lambda name: str(numbers[name[1]]), script)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(script)  # type: ignore[arg-type]  # of ours, with numbers only
        connection.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    fill(os.environ["DATABASE_URL"], contacts=int(sys.argv[1]) if len(sys.argv) > 1 else CONTACTS)
