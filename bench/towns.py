"""Demo towns with a past as large as asked: made for the occasion, or kept in a folder for the next time.

`python -m bench.history --keep FOLDER` (and `bench.room`, which shares its town) fills what that folder has not yet, on
the server of DATABASE_URL or on one whose files lie there too, and begins again where a run stopped.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import psycopg

from bench import fill, past, place
from portal.config import read_settings
from portal.records import words

A_CITIZEN = 10  # contacts of each, on average, in a town of any size

Town = Callable[[int, str], dict[str, str]]


def read_arguments(arguments: Sequence[str], **sizes: int) -> argparse.Namespace:
    """How many contacts each town has, and where they are kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, size in sizes.items():
        parser.add_argument(f"--{name}", type=int, default=size, help=f"contacts ({size:,})")
    parser.add_argument(
        "--keep", type=Path, help="keep the towns in this folder, and use those that lie there"
    )
    return parser.parse_args(arguments)


@contextmanager
def towns(keep: Path | None) -> Iterator[Town]:
    """Gives the environment of a town of so many contacts on `postgresql` or `sqlite`, filled and indexed."""
    with ExitStack() as closing:
        folder = keep or closing.enter_context(place.folder())
        database = closing.enter_context(place.postgresql(keep))
        yield partial(_town, folder.absolute(), database)


def _town(folder: Path, database: place.Database, contacts: int, engine: str) -> dict[str, str]:
    data = folder / f"{engine}-{contacts}"
    address = ""
    if engine == "postgresql":
        address = database(str(contacts), kept=(data / "filled").exists())
    environ = place.environment(data, address, RELAIS_PROXY_HOPS="1")
    _once(data / "filled", partial(_fill, data, address, contacts))
    place.flask(environ, "db", "upgrade")
    index = partial(index_filled, address) if address else partial(place.flask, environ, "index-history")
    _once(data / "indexed", index)
    return environ


def _once(mark: Path, act: Callable[[], object]) -> None:
    if not mark.exists():
        act()
        mark.touch()


def _fill(data: Path, address: str, contacts: int) -> None:
    (data / "relais.db").unlink(missing_ok=True)  # of a run that was stopped
    environ = place.town(data, address)
    citizens = max(contacts // A_CITIZEN, 100)
    fill.fill(
        read_settings(environ).database_url, contacts=contacts, citizens=citizens, heavy=contacts // 100
    )


def index_filled(database_url: str) -> None:
    """What `index-history` would write of a filled database: an hour of reading the same sentences is spared."""
    script = re.sub(r"--.*", "", (Path(__file__).parent / "filled.sql").read_text(encoding="utf-8"))
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE TEMP TABLE said (words text PRIMARY KEY, terms tsvector)")
        said = {text: " ".join(sorted(words.terms(text))) for _, _, text in past.sentences()}
        with connection.cursor().copy("COPY said FROM STDIN") as copy:
            for row in said.items():
                copy.write_row(row)
        for statement in script.split(";"):
            connection.execute(statement)
        seen = {part: raw.lower() for text in said for raw, part, _ in words.read(text) if part.isalpha()}
        with connection.cursor().copy("COPY seen_words FROM STDIN") as copy:
            for word, written in seen.items():
                copy.write_row((1, word, word[::-1], written, 1))
        connection.execute("VACUUM ANALYZE")
