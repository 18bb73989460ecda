"""What is to be done later: one thread for all of it, however much there is."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable
from itertools import count
from time import monotonic

Act = Callable[[], None]


class Timetable:
    """Acts are short; one that is due at the same moment as another is done after it."""

    def __init__(self, do: Callable[[Act], None]) -> None:
        self._do = do
        self._acts: list[tuple[float, int, Act]] = []
        self._number = count()
        self._changed = threading.Condition()
        self._closed = False
        threading.Thread(target=self._run, name="timetable", daemon=True).start()

    def add(self, seconds: float, act: Act) -> None:
        with self._changed:
            heapq.heappush(self._acts, (monotonic() + seconds, next(self._number), act))
            self._changed.notify()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _run(self) -> None:
        while act := self._next():
            self._do(act)

    def _next(self) -> Act | None:
        with self._changed:
            while not self._closed:
                left = self._acts[0][0] - monotonic() if self._acts else None
                if left is not None and left <= 0:
                    return heapq.heappop(self._acts)[2]
                self._changed.wait(left)
        return None
