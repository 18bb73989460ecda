"""The telephone doors' own way to the database: few connections, which give up early.

Someone is holding a telephone: two seconds to connect, one for a lock or a statement, and what still does not answer
after three is cut off from here, since a server that froze keeps no time-out of its own. So are pages, after ten: none
may hold for ever a thread that could answer the telephone. After a failure to connect the
doors do not try again for a second, so that a crowd of callers does not queue for a database that is not there.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from portal.cursor import Cursor

BIND = "telephone"
CALL_S, PAGE_S = 3.0, 10.0
PAUSE_S = 1.0

in_haste: ContextVar[bool] = ContextVar("in_haste", default=False)
"""Whether transactions begun here use the telephone doors' engine."""

patience: ContextVar[float | None] = ContextVar("patience", default=None)
"""For how many seconds a connection may be out before it is cut off; None, as in jobs and commands, for ever."""


class NotThere(OperationalError):
    """The database did not answer a moment ago: it is not asked again yet."""

    def __init__(self) -> None:
        super().__init__("connect", None, Exception("the database did not answer a moment ago"))


def options(url: str) -> dict[str, Any]:
    """Pool and time-outs of the telephone doors' engine."""
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 1}, "hide_parameters": True}
    limits = "-c statement_timeout=1000 -c lock_timeout=1000 -c idle_in_transaction_session_timeout=10000"
    return {
        "hide_parameters": True,
        "pool_size": 8,
        "max_overflow": 0,
        "pool_timeout": 1,
        "connect_args": {
            "connect_timeout": 2,
            "tcp_user_timeout": 2000,
            "options": limits,
            "cursor_factory": Cursor,
        },
    }


class Way:
    """Whether it is worth asking the database; one of those who come asks again once the pause is over."""

    def __init__(self) -> None:
        self._closed_until = 0.0
        self._lock = threading.Lock()

    def check(self) -> None:
        """Raises `NotThere` during a pause. The first to come after one tries; the others wait for what they find."""
        with self._lock:
            now = time.monotonic()
            if now < self._closed_until:
                raise NotThere
            if self._closed_until:
                self._closed_until = now + PAUSE_S

    def tell(self, error: BaseException | None) -> None:
        """What became of a request: a lost connection closes the way for a moment, an answer opens it."""
        lost = error is not None and _is_lost(error)
        with self._lock:
            self._closed_until = time.monotonic() + PAUSE_S if lost else 0.0


def _is_lost(error: BaseException) -> bool:
    """A connection that failed or broke, and not a statement or a lock that took too long."""
    if isinstance(error, NotThere):
        return False
    cause = getattr(error, "orig", None)
    return cause is not None and getattr(cause, "sqlstate", None) is None and "locked" not in str(cause)


def guard(engine: Engine) -> None:
    """Cuts off connections of this engine that are out for longer than the `patience` of whom they serve."""
    if engine.dialect.name != "postgresql":
        return
    watch = _Watch()
    event.listen(engine, "checkout", lambda connection, _record, _proxy: watch.begin(connection))
    event.listen(engine, "checkin", lambda connection, _record: watch.end(connection))
    event.listen(engine, "close", lambda connection, _record: watch.end(connection))


class _Watch:
    def __init__(self) -> None:
        self._out: dict[int, tuple[float, int]] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._process = 0

    def begin(self, connection: Any) -> None:
        longest = patience.get()
        if longest is None:
            return
        with self._changed:
            if self._process != os.getpid():  # a forked server starts its own
                self._out, self._process = {}, os.getpid()
                self._thread = threading.Thread(target=self._run, name="brisk", daemon=True)
                self._thread.start()
            self._out[id(connection)] = (time.monotonic() + longest, connection.fileno())
            self._changed.notify()

    def end(self, connection: Any) -> None:
        with self._changed:
            self._out.pop(id(connection), None)

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._out:
                    self._changed.wait()
                now = time.monotonic()
                for key in [key for key, (until, _) in self._out.items() if until <= now]:
                    _cut(self._out.pop(key)[1])
            time.sleep(0.2)


def _cut(descriptor: int) -> None:
    """Ends the conversation on this descriptor: whoever waits for an answer is told that there will be none."""
    with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as copy:
        copy.shutdown(socket.SHUT_RDWR)
