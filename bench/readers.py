"""Citizens who read pages while guides are imported: what they lose, in pages and in speed.

The import needs a processor whatever it does to readers, so they are timed beside two: one that fills another
database, then one that fills theirs. What the second costs more is what its locks cost.
"""

from __future__ import annotations

import http.client
import multiprocessing
import os
import secrets
import statistics
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bench import place
from knowledge_base.entry import Sheet

READERS = 8
SHEETS = 400
ROUNDS = 3
MOST_HELD_MS = 200
PATHS = ("/fr/", "/fr/articles/carte-identite", "/fr/search?q=cantine")


@dataclass
class Readers:
    """People who read one page after the other. `read` is when each page came, `lost` what did not come."""

    port: int
    paths: tuple[str, ...]
    read: list[float] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def go_on(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while not self.stop.is_set():
            for path in self.paths:
                somebody = {"X-Forwarded-For": f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"}
                try:
                    connection.request("GET", path, headers=somebody)
                    answer = connection.getresponse()
                    answer.read()
                    if answer.status != 200:
                        self.lost.append(f"{path}: {answer.status}")
                except OSError as error:
                    self.lost.append(f"{path}: {error!r}")
                    connection.close()
                self.read.append(time.monotonic())

    def speed(self, began: float, ended: float) -> float:
        """Pages a second between two instants."""
        return sum(began <= at <= ended for at in self.read) / (ended - began)


@dataclass(frozen=True, slots=True)
class Round:
    """Pages a second beside an import into another database, and during one into theirs; how long it held the lock."""

    beside: float
    during: float
    held_ms: tuple[float, ...]

    @property
    def kept(self) -> float:
        """The part of their speed that readers kept."""
        return self.during / self.beside


@contextmanager
def reading(port: int, paths: tuple[str, ...]) -> Iterator[Readers]:
    readers = Readers(port, paths)
    threads = [threading.Thread(target=readers.go_on, daemon=True) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        yield readers
    finally:
        readers.stop.set()
        for thread in threads:
            thread.join(30)


def one_round(
    readers: Readers, theirs: Mapping[str, str], another: Mapping[str, str], sheets: int = SHEETS
) -> Round:
    """Imports as many new sheets into `another` database, then into `theirs`, while they read."""
    said = secrets.token_hex(4)
    beside, during = (imported(environ, sheets, said) for environ in (another, theirs))
    return Round(readers.speed(*beside[:2]), readers.speed(*during[:2]), tuple(during[2]))


def imported(environ: Mapping[str, str], sheets: int, said: str) -> tuple[float, float, list[float]]:
    """When an import in another process began and ended, and how long each of its transactions could write."""
    context = multiprocessing.get_context("spawn")
    ours, its = context.Pipe()
    process = context.Process(target=_import, args=(dict(environ), sheets, said, its))
    process.start()
    try:
        ours.recv()  # it is ready: what a program costs to start is no part of this
        ours.send(True)
        told: tuple[float, float, list[float]] = ours.recv()
    finally:
        process.join(60)
    return told


def _import(environ: dict[str, str], sheets: int, said: str, pipe: Any) -> None:
    os.environ.update(environ)
    from portal.app import create_app
    from portal.articles.importing import Report
    from portal.commands.guides import load_guides
    from portal.database import db

    app = create_app()
    with app.app_context():
        held = _time_writes(db.engine)
        pipe.send(True)
        pipe.recv()
        began = time.monotonic()
        load_guides(numbered(sheets, said), source="bench", report=Report())
        pipe.send((began, time.monotonic(), held))


def numbered(count: int, said: str) -> Iterator[Sheet]:
    passage = f"Apportez les pièces demandées, et gardez-en une copie ({said}). " * 8
    body = "".join(f"## Étape {step}\n\n{passage}\n\n" for step in range(6))
    for n in range(count):
        title = f"Démarche d’essai numéro {n}"
        yield Sheet(f"B{n}", "bench", "question", "fr", title, body, summary=passage, digest=f"{said}-{n}")


def _time_writes(engine: Any) -> list[float]:
    """Milliseconds from the beginning to the end of each transaction that may write: so long it held the lock."""
    from portal.database import reads_only

    began: dict[int, float] = {}
    held: list[float] = []

    def begin(connection: Any) -> None:
        if not reads_only.get():
            began[id(connection)] = time.monotonic()

    def end(connection: Any) -> None:
        if id(connection) in began:
            held.append((time.monotonic() - began.pop(id(connection))) * 1000)

    for name, listener in (("begin", begin), ("commit", end), ("rollback", end)):
        event.listen(engine, name, listener)
    return held


def main() -> None:
    with place.folder() as folder:
        another = place.environment(folder / "another")
        place.flask(another, "db", "upgrade")
        on("SQLite", folder / "sqlite", "", another)
        with place.postgresql() as database:
            on("PostgreSQL", folder / "postgresql", database("readers"), another)


def on(engine: str, folder: Path, address: str, another: Mapping[str, str]) -> None:
    """Prints what readers of the demo town keep there."""
    theirs = place.town(folder, address)
    with place.served("wsgi:app", theirs, 1) as ports, reading(ports[0], PATHS) as readers:
        rounds = [one_round(readers, theirs, another) for _ in range(ROUNDS)]
    for each in rounds:
        print(
            f"{engine}: {each.during:.0f} pages/s during an import, {each.beside:.0f} beside one elsewhere: "
            f"{each.kept:.2f} kept (target: at least 0.5)"
        )
    held = sorted(one for each in rounds for one in each.held_ms)
    print(f"{engine}: {len(readers.lost)} pages lost of {len(readers.read)} (target: 0)")
    print(
        f"{engine}: the lock was held {statistics.median(held):.0f} ms (median), {held[-1]:.0f} ms (longest) "
        f"(target: under {MOST_HELD_MS} ms)",
        flush=True,
    )
