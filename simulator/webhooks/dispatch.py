"""Telling the portal what happened, in the background: in order for each thing, unless a switch is on."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from simulator.webhooks.faults import Faults

Act = Callable[[], None]
# A callback that is to be overtaken waits for the next one no longer than this.
OVERTAKING_S = 1.0


class Dispatcher:
    """A lane for each thing told about: callbacks of one lane go one after the other, lanes side by side."""

    def __init__(self, faults: Faults, log: Callable[..., None], workers: int = 8) -> None:
        self._faults = faults
        self._log = log
        self._lanes: dict[str, deque[Act]] = defaultdict(deque)
        self._held: dict[str, Act] = {}
        self._busy: set[str] = set()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="callback")
        self._timers: set[threading.Timer] = set()

    def tell(self, about: str, send: Act) -> None:
        """Make a callback soon, or lose, double, delay or reorder it as the switches say."""
        fault = self._faults.draw("callbacks")
        if fault:
            self._log("fault", text=f"{fault} {about}")
        if fault == "delay":
            self.later(self._faults.delay_s, lambda: self._join(about, send))
        elif fault == "reorder":
            self._hold(about, send)
        elif fault != "lose":
            self._join(about, *[send] * (2 if fault == "double" else 1))

    def later(self, seconds: float, act: Act) -> None:
        """Do something after a while, in a thread of its own."""

        def ring() -> None:
            self._timers.discard(timer)
            self._safely(act)

        timer = threading.Timer(seconds, ring)
        timer.daemon = True
        self._timers.add(timer)
        timer.start()

    def close(self) -> None:
        for timer in list(self._timers):
            timer.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _hold(self, about: str, send: Act) -> None:
        """Keep it until another of its lane has gone; nobody may come, and it then goes all the same."""
        with self._lock:
            before = self._held.pop(about, None)
            self._held[about] = send
        if before:
            self._join(about, before)
        self.later(OVERTAKING_S, lambda: self._let_go(about, send))

    def _let_go(self, about: str, send: Act) -> None:
        with self._lock:
            held = self._held.get(about) is send
        if held:
            self._join(about)

    def _join(self, about: str, *sends: Act) -> None:
        with self._lock:
            lane = self._lanes[about]
            lane.extend(sends)
            overtaken = self._held.pop(about, None)
            if overtaken:
                lane.append(overtaken)
            if about in self._busy:
                return
            self._busy.add(about)
        try:
            self._pool.submit(self._run, about)
        except RuntimeError:  # the network is closing: what was on its way is lost, as in life
            return

    def _run(self, about: str) -> None:
        while True:
            with self._lock:
                if not self._lanes[about]:
                    self._busy.discard(about)
                    del self._lanes[about]
                    return
                send = self._lanes[about].popleft()
            self._safely(send)

    def _safely(self, act: Act) -> None:
        try:
            act()
        except Exception as error:
            self._log("error", text=f"{type(error).__name__}: {error}")
