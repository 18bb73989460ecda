"""So many calls placed by REST in a second: the others stand behind them, `queued`, and nobody is told."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import monotonic, time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.calls.leg import Leg
    from simulator.ground.network import Network


class Turnstile:
    """First come, first through; a call that was called off gives its turn to the next."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._standing: deque[tuple[Leg, Callable[[], None]]] = deque()
        self._next = 0.0
        self._ticking = False

    def enter(self, leg: Leg, place: Callable[[], None]) -> None:
        """Place the call at once, or when its turn has come."""
        with self._network.changed:
            self._standing.append((leg, place))
            if not self._ticking:
                self._let_through()

    def leave(self, leg: Leg) -> None:
        """A call that was called off before its turn: it goes through at once, to end."""
        if leg.call.status != "queued":
            return
        with self._network.changed:
            ended = [place for standing, place in self._standing if standing is leg]
            if ended:
                self._standing = deque(each for each in self._standing if each[0] is not leg)
        for place in ended:
            place()

    def _let_through(self) -> None:
        with self._network.changed:
            self._ticking = False
            while self._standing and not self._network.closed:
                if (left := self._next - monotonic()) > 0:
                    self._ticking = True
                    self._network.dispatcher.later(left, self._let_through)
                    return
                leg, place = self._standing.popleft()
                self._pass(leg, place)

    def _pass(self, leg: Leg, place: Callable[[], None]) -> None:
        allowed = self._network.settings.calls_per_second
        self._next = max(monotonic(), self._next) + (1 / allowed if allowed else 0)
        leg.call.held_s = time() - leg.call.created
        place()
