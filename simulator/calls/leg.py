"""A call that is going on: its ears and keys, what it waits for, and what may interrupt it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic, time
from typing import TYPE_CHECKING

from simulator.ground.moments import now
from simulator.ground.records import Call, Heard

if TYPE_CHECKING:
    from simulator.calls.seat import Seat
    from simulator.ground.network import Network

CHARACTERS_A_SECOND = 14
EVENTS = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}
SIP_CODES = {"busy": "486", "no-answer": "487", "canceled": "487"}


class Over(Exception):
    """The call is over: somebody hung up."""


class Redirected(Exception):
    """New instructions came by REST and replace what was being done."""


class Left(Exception):
    """`<Leave>`: out of the queue, on with the verb after `<Enqueue>`."""


class Taken(Exception):
    """Somebody takes this call out of its queue."""


class Shifted(Exception):
    """Something else is to be heard in the conference: held, alone, an announcement, the others."""


@dataclass
class Bridge:
    """Two legs that hear each other, until one of them goes; `tape` keeps what is said, if it is recorded."""

    first: Leg
    second: Leg
    open: bool = True
    started: float = field(default_factory=time)
    tape: list[str] | None = None

    def __post_init__(self) -> None:
        """Recorded from the very first word: who sees that they talk may speak before anything else is done."""
        if self.first.records or self.second.records:
            self.tape = []

    def end(self) -> None:
        with self.first.network.changed:
            self.open = False
            self.first.bridge = self.second.bridge = None
            self.first.ring()
            self.second.ring()

    def other(self, leg: Leg) -> Leg:
        return self.second if leg is self.first else self.first

    @property
    def seconds(self) -> int:
        return max(1, round(time() - self.started))


class Leg:
    """One thread carries it out; REST and the handset change its fields under `network.changed`."""

    def __init__(self, network: Network, call: Call) -> None:
        self.network = network
        self.call = call
        self.keys: deque[str] = deque()
        self.words: deque[str] = deque()
        self.typing_until = 0.0
        self.expects = ""
        self.answer = ""
        self.hung_up = False
        # Nothing plays and nobody speaks where something should: the caller believes the call is lost.
        self.silent = False
        self.order: object | None = None
        self.bridge: Bridge | None = None
        self.seat: Seat | None = None
        # Instructions of its own took it out of the `<Dial>` that called it: its parent lets it go.
        self.freed = False
        self.taken_by: Leg | None = None
        self.was_bridged = False
        # Its `<Dial>` records the talk.
        self.records = False
        self.ready = False
        # What the person taken out of a queue hears before being put through to this leg.
        self.whisper: object | None = None
        self.queue_name = ""
        self.fetched: deque[float] = deque(maxlen=30)
        # Asked for once when a document fails, as the number or the order to call wants it.
        self.fallback = ""
        network.legs[call.sid] = self

    def check(self) -> None:
        """Raise what interrupts: hanging up, new instructions, a queue or a conference that wants otherwise."""
        if self.hung_up or self.network.closed:
            raise Over
        if self.order is not None:
            raise Redirected
        if self._is_taken():
            raise Taken
        if self.seat and self.seat.shifted():
            raise Shifted

    def _interrupted(self) -> bool:
        ended = self.hung_up or self.network.closed or self.order is not None
        return ended or self._is_taken() or bool(self.seat and self.seat.shifted())

    def _is_taken(self) -> bool:
        return bool(self.queue_name and self.taken_by and not self.bridge)

    def wait(self, holds: Callable[[], bool], seconds: float, *about: str) -> bool:
        """Whether it came to hold within `seconds`; interruptions are raised. `about`: whom else it hangs on."""
        self.network.wait(lambda: self._interrupted() or holds(), seconds, self.call.sid, *about)
        self.check()
        return holds()

    def ring(self) -> None:
        """Something changed here: this call, its phone and who placed it look again."""
        self.network.notify(self.call.sid, self.call.phone, self.call.parent)

    def hang_up(self) -> None:
        with self.network.changed:
            self.hung_up = True
            self.network.turnstile.leave(self)
            self.ring()

    def give(self, order: object) -> None:
        """New instructions: they replace what it does, and free it from who called it."""
        with self.network.changed:
            self.order, self.freed = order, True
            self.ring()

    def listeners(self) -> list[Leg]:
        """Who hears what is said into this phone."""
        if self.bridge:
            return [self.bridge.other(self)]
        return self.seat.listeners() if self.seat else []

    def rest(self, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        """Speech, music and silences last as long as the pace says."""
        self.check()
        if seconds * self.network.settings.pace > 0:
            self.wait(until, seconds * self.network.settings.pace)

    def wait_for_input(self, holds: Callable[[], bool], seconds: float) -> bool:
        """As `wait`, with the network's patience; whoever is typing words is not cut short."""
        limit = monotonic() + seconds * self.network.settings.patience
        while not holds():
            left = max(limit, self.typing_until) - monotonic()
            if left <= 0:
                return False
            self.wait(holds, left)
        return True

    def has_input(self) -> bool:
        """Whether a key or a word came of the kind that is expected."""
        return bool(("keys" in self.expects and self.keys) or ("speech" in self.expects and self.words))

    def forget_input(self) -> list[str]:
        """Drop the keys pressed and give back the words said: what comes next starts afresh."""
        with self.network.changed:
            words = list(self.words)
            self.words.clear()
            self.keys.clear()
        return words

    def hear(self, by: str, text: str, kind: str = "speech", language: str = "") -> None:
        """Put it on the transcript; what the phone says or presses is heard by those it talks with."""
        with self.network.changed:
            self.call.transcript.append(Heard(by, text, kind, language))
            if by == "phone":
                for other in self.listeners():
                    other.hear("other", text, kind, language)
            self.ring()

    def expect(self, what: str) -> None:
        with self.network.changed:
            self.expects = what
            self.ring()

    def press(self, keys: str) -> None:
        """Keys pressed on the handset: heard by the other party, or kept for who gathers them."""
        with self.network.changed:
            if not (self.bridge or self.seat):
                self.keys.extend(keys)
            self.hear("phone", keys, "keys")

    def speak(self, words: str) -> None:
        with self.network.changed:
            self.typing_until = 0.0
            tape = self.bridge.tape if self.bridge else self.seat.tape() if self.seat else None
            if tape is not None:
                tape.append(words)
            elif not self.bridge and not self.seat:
                self.words.append(words)
            self.hear("phone", words)

    def move(self, status: str) -> None:
        """Change the state of the call and tell whoever asked to know."""
        call = self.call
        with self.network.changed:
            call.status, call.updated = status, time()
            if status == "in-progress":
                call.started = call.started or time()
            if not call.live:
                call.ended = time()
                self.network.legs.pop(call.sid, None)
            self.tell(status)
            self.ring()

    def tell(self, status: str) -> None:
        """The progress callback, if this step was asked for; its number counts those told."""
        call, asked = self.call, self.call.callback
        if not asked.url or EVENTS.get(status, "completed") not in asked.events:
            return
        fields = self.network.call_fields(
            call,
            CallStatus=status,
            CallbackSource="call-progress-events",
            Timestamp=now(),
            SequenceNumber=str(call.told),
        )
        call.told += 1
        if status not in EVENTS:
            fields |= {"CallDuration": str(call.seconds), "Duration": str(math.ceil(call.seconds / 60))}
        if status in SIP_CODES:
            fields["SipResponseCode"] = SIP_CODES[status]
        self.network.tell(call.sid, asked.url, fields, asked.method)


def spoken_seconds(text: str) -> float:
    return len(text) / CHARACTERS_A_SECOND
