"""The newsroom: for each audience a number that grows with its news, kept in memory by one thread a process.

Asking for a number asks nothing of the database, so that hundreds of open consoles may ask twice a second. The
thread has a connection of its own, in no transaction and from no pool. PostgreSQL tells it (LISTEN); SQLite's file is
looked at several times a second, and its table read when it changed.

Numbers are the same in every portal of an instance: SQLite's are counts in a table; PostgreSQL's are made of the
instant of the transaction that told, and notifications come to all in one order. Whatever may have been missed (before
listening began, or while the connection was lost) makes every number grow: everybody looks once too often, nobody
looks in vain.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

import psycopg
from sqlalchemy import make_url

from portal.news import CHANNEL

log = logging.getLogger(__name__)

LOOK_S = 0.1  # how often SQLite's file is looked at: some microseconds each time
BEAT_S = 10.0  # how often a silent connection is tried
PAUSE_S = 1.0  # before connecting again
DEAD_MS = 5000  # without an answer for so long, the connection is lost


class Newsroom:
    """`numbers` is what the doors read. The thread begins with the first question."""

    def __init__(self, database_url: str) -> None:
        url = make_url(database_url)
        self._listen: Callable[[], None] = self._look_at_file
        self._address = url.database or ""
        if url.get_backend_name() == "postgresql":
            self._listen = self._listen_to_server
            self._address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._numbers: dict[str, int] = {}
        self._floor = 0  # what was not heard of is at most so old
        self._latest = 0
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self.listening = threading.Event()

    def numbers(self, audiences: Sequence[str]) -> list[int] | None:
        """Their numbers, or None while nobody listens."""
        if self._thread is None:
            self.open()
            self.listening.wait(PAUSE_S)
        if not self.listening.is_set():
            return None
        return [max(self._numbers.get(one, 0), self._floor) for one in audiences]

    def open(self) -> None:
        """Begins to listen, once."""
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="newsroom", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Listens no more."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(BEAT_S + PAUSE_S)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except (psycopg.Error, sqlite3.Error) as error:
                if self.listening.is_set():
                    log.warning("news are not heard: %s", type(error).__name__)
            self.listening.clear()
            self._stop.wait(PAUSE_S)

    def _listen_to_server(self) -> None:
        alive: dict[str, Any] = {"connect_timeout": 5, "keepalives_idle": 5, "tcp_user_timeout": DEAD_MS}
        with psycopg.connect(self._address, autocommit=True, **alive) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            begun = connection.execute("SELECT (extract(epoch FROM now()) * 1000000)::bigint").fetchone()
            self._latest = self._floor = max(begun[0] if begun else 0, self._latest + 1)
            self._numbers = {}
            self.listening.set()
            while not self._stop.is_set():
                for heard in connection.notifies(timeout=BEAT_S):
                    self._hear(heard.payload)
                connection.execute("SELECT 1")  # a connection that says nothing may be lost

    def _hear(self, payload: str) -> None:
        """Numbers grow in the order of the commits, even where a long transaction told of an earlier instant."""
        at, *audiences = payload.split()
        self._latest = max(self._latest + 1, int(at))
        for audience in audiences:
            self._numbers[audience] = self._latest

    def _look_at_file(self) -> None:
        uri = f"file:{self._address}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=5)) as connection:
            seen = None
            while not self._stop.is_set():
                (version,) = connection.execute("PRAGMA data_version").fetchone()
                if version != seen:
                    self._numbers = dict(connection.execute("SELECT audience, count FROM news"))
                    seen = version
                self.listening.set()
                self._stop.wait(LOOK_S)
