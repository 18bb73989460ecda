"""Telling the portal what happened, in the background: in order for each thing, unless a switch is on."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from random import Random

from simulator.webhooks.faults import Faults
from simulator.webhooks.timetable import Act, Timetable

# A callback that is to be overtaken waits for the next one no longer than this.
OVERTAKING_S = 1.0
ORDERS = ("kept", "reversed", "shuffled")


class Dispatcher:
    """A lane for each thing told about: callbacks of one lane go one after the other, lanes side by side."""

    def __init__(self, faults: Faults, log: Callable[..., None], workers: int = 32) -> None:
        self._faults = faults
        self._log = log
        self._lanes: dict[str, deque[Act]] = defaultdict(deque)
        self._overtaken: dict[str, Act] = {}
        self._busy: set[str] = set()
        self._aside: list[tuple[str, Act]] | None = None
        self._under_way = 0
        self._changed = threading.Condition()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="callback")
        self._timetable = Timetable(self._safely)

    def tell(self, about: str, send: Act) -> None:
        """Make a callback soon; or lose, repeat, delay, reorder it or put it aside, as the switches say."""
        fault = self._faults.draw("callbacks")
        if fault:
            self._log("fault", text=f"{fault} {about}")
        if fault == "lose":
            return
        with self._changed:
            if self._aside is not None:
                self._aside.extend([(about, send)] * (2 if fault == "double" else 1))
                return
        if fault == "delay":
            self.later(self._faults.delay_s, lambda: self._deal(about, send))
        elif fault == "reorder":
            self._let_overtake(about, send)
        else:
            self._deal(about, send, times=2 if fault == "double" else 1)

    def later(self, seconds: float, act: Act) -> None:
        """Do something short after a while."""
        self._timetable.add(seconds, act)

    def hold(self) -> None:
        """From now on callbacks are put aside, as a network does that will tell days later."""
        with self._changed:
            self._aside = self._aside if self._aside is not None else []

    @property
    def held(self) -> int | None:
        """How many are aside; None when none is put there."""
        with self._changed:
            return None if self._aside is None else len(self._aside)

    def release(self, order: str = "kept", seed: int = 1) -> int:
        """Tell what was put aside, one after the other in this order; how many there were."""
        if order not in ORDERS:
            raise ValueError(f"the order is one of {', '.join(ORDERS)}")
        with self._changed:
            held, self._aside = self._aside or [], None
        if order == "reversed":
            held.reverse()
        elif order == "shuffled":
            Random(seed).shuffle(held)  # noqa: S311 (misfortune, not secrecy)
        for _, send in held:
            self._deal("released", send)
        return len(held)

    def settle(self, seconds: float) -> bool:
        """Whether everything that was to be told at once has been, within this time."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._under_way, seconds)

    def close(self) -> None:
        self._timetable.close()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _deal(self, about: str, send: Act, times: int = 1) -> None:
        """Each as often as the switches want: one after the other, or all at the same moment."""
        copies = [send] * (times * self._faults.copies)
        if not self._faults.parallel or len(copies) == 1:
            self._join(about, *copies)
            return
        together = threading.Barrier(len(copies))
        for _ in copies:
            self._submit(lambda: self._at_once(together, send))

    def _at_once(self, together: threading.Barrier, send: Act) -> None:
        with suppress(threading.BrokenBarrierError):  # the pool is full: the others are on their way already
            together.wait(OVERTAKING_S)
        self._safely(send)
        self._done()

    def _let_overtake(self, about: str, send: Act) -> None:
        """Keep it until another of its lane has gone; nobody may come, and it then goes all the same."""
        with self._changed:
            before = self._overtaken.pop(about, None)
            self._overtaken[about] = send
        if before:
            self._deal(about, before)
        self.later(OVERTAKING_S, lambda: self._let_go(about, send))

    def _let_go(self, about: str, send: Act) -> None:
        with self._changed:
            held = self._overtaken.get(about) is send
        if held:
            self._join(about)

    def _join(self, about: str, *sends: Act) -> None:
        with self._changed:
            lane = self._lanes[about]
            lane.extend(sends)
            overtaken = self._overtaken.pop(about, None)
            if overtaken:
                lane.append(overtaken)
            if about in self._busy:
                return
            self._busy.add(about)
        self._submit(lambda: self._run(about))

    def _submit(self, act: Act) -> None:
        with self._changed:
            self._under_way += 1
        try:
            self._pool.submit(act)
        except RuntimeError:  # the network is closing: what was on its way is lost, as in life
            self._done()

    def _run(self, about: str) -> None:
        while True:
            with self._changed:
                if not self._lanes[about]:
                    self._busy.discard(about)
                    del self._lanes[about]
                    break
                send = self._lanes[about].popleft()
            self._safely(send)
        self._done()

    def _done(self) -> None:
        with self._changed:
            self._under_way -= 1
            self._changed.notify_all()

    def _safely(self, act: Act) -> None:
        try:
            act()
        except Exception as error:
            self._log("error", text=f"{type(error).__name__}: {error}")
