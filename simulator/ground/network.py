"""The network as it stands: what it remembers, what goes on, and who is waiting for something to happen."""

from __future__ import annotations

import threading
import uuid
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from time import monotonic, time
from typing import TYPE_CHECKING, Any, TypeVar

from simulator.calls.turnstile import Turnstile
from simulator.ground import keeping
from simulator.ground.numbers import country
from simulator.ground.records import Call, Conference, Line, Phone, Queue, Recording, Text
from simulator.ground.settings import Settings
from simulator.ground.shelf import Shelf
from simulator.webhooks.asking import NO_CONNECTION, Answer, ask
from simulator.webhooks.dispatch import Dispatcher
from simulator.webhooks.faults import Faults

if TYPE_CHECKING:
    from simulator.calls.leg import Leg

VERSION = "2010-04-01"
# What nobody in particular waits for: the history that is saved.
ANYTHING = ""
Kept = TypeVar("Kept", Text, Call, Recording, Queue, Conference)


class Network:
    """All of it is read and changed under `changed`; who waits says for what, and is woken by that alone."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.changed = threading.RLock()
        self.version = 1
        self.closed = False
        self._seen = 0
        self._waiting: dict[str, set[threading.Condition]] = defaultdict(set)
        self.texts: Shelf[Text] = Shelf(settings.remembered)
        self.calls: Shelf[Call] = Shelf(settings.remembered)
        self.recordings: dict[str, Recording] = {}
        self.lines: dict[str, Line] = {}
        self.queues: dict[str, Queue] = {}
        self.conferences: Shelf[Conference] = Shelf(settings.remembered)
        # Those that go on, by their name, which another may take once they are over.
        self.rooms: dict[str, Conference] = {}
        self.phones: dict[str, Phone] = {}
        # (line, phone) pairs where the phone wrote STOP.
        self.stopped: set[tuple[str, str]] = set()
        self.legs: dict[str, Leg] = {}
        self.journal: deque[dict[str, Any]] = deque(maxlen=500)
        self.faults = Faults(settings.seed)
        self.dispatcher = Dispatcher(self.faults, self.log)
        self.turnstile = Turnstile(self)
        keeping.load(self)
        for number, name in settings.lines:
            self.line(number).name = name

    def notify(self, *about: str) -> None:
        """Something changed with these (SIDs, phones): whoever waits for one of them looks again."""
        with self.changed:
            self.version += 1
            for name in (*about, ANYTHING):
                for bell in self._waiting.get(name, ()):
                    bell.notify_all()

    def wait(self, holds: Callable[[], bool], seconds: float, *about: str) -> bool:
        """Whether it came to hold in time, as the things named change. Callers may hold `changed` already."""
        limit = monotonic() + seconds
        names = about or (ANYTHING,)
        with self.changed:
            if holds() or self.closed:
                return holds()
            bell = threading.Condition(self.changed)
            for name in names:
                self._waiting[name].add(bell)
            try:
                while not holds() and not self.closed and (left := limit - monotonic()) > 0:
                    bell.wait(left)
                return holds()
            finally:
                self._forget_bell(bell, names)

    def _forget_bell(self, bell: threading.Condition, names: Iterable[str]) -> None:
        for name in names:
            self._waiting[name].discard(bell)
            if not self._waiting[name]:
                del self._waiting[name]

    def wait_for_change(self, seconds: float) -> None:
        """Until anything changes, from one call of this to the next."""
        self.wait(lambda: self.version != self._seen, seconds)
        self._seen = self.version

    def log(self, kind: str, **told: Any) -> None:
        with self.changed:
            self.journal.append({"at": time(), "kind": kind, **told})
            self.notify()

    def line(self, number: str) -> Line:
        """The line with this number; one nobody set up leads to the portal's usual doors."""
        with self.changed:
            return self.lines.setdefault(number, Line(number))

    def phone(self, number: str) -> Phone:
        with self.changed:
            return self.phones.setdefault(number, Phone(number))

    def queue(self, name: str) -> Queue:
        """The queue with this name, opened on demand."""
        with self.changed:
            found = next((queue for queue in self.queues.values() if queue.name == name), None)
            return found or self.keep(self.queues, Queue(name))

    def keep(self, table: dict[str, Kept], thing: Kept) -> Kept:
        with self.changed:
            table[thing.sid] = thing
            self.notify(thing.sid, getattr(thing, "phone", ""))
        return thing

    def forget(self, table: dict[str, Kept], thing: Kept) -> None:
        with self.changed:
            del table[thing.sid]
            self.notify(thing.sid, getattr(thing, "phone", ""))

    def live_call(self, number: str) -> Call | None:
        """The call this phone is in, or that makes it ring."""
        with self.changed:
            return next((call for call in self.calls.of(number) if call.live), None)

    def webhook(
        self, url: str, fields: dict[str, str], method: str = "POST", idempotency: str = ""
    ) -> Answer:
        """Call the portal now, log it, and give back what it said. Never called while holding `changed`."""
        settings = self.settings
        answer = ask(
            settings.auth_token,
            url,
            fields,
            method=method,
            limit_s=settings.webhook_timeout_s,
            idempotency=idempotency,
        )
        told = {"url": url, "status": answer.status, "fields": dict(fields)}
        self.log("webhook", **told, **({"code": answer.error} if answer.error else {}))
        return answer

    def ask(self, url: str, fields: dict[str, str], method: str = "POST") -> Answer:
        """Ask for instructions; of several copies only the last answer came back."""
        token, fault = str(uuid.uuid4()), self.faults.draw("voice")
        if fault == "fail":
            self.log("fault", text=f"fail {url}")
            return Answer(url, error=NO_CONNECTION)
        copies = self.faults.copies - 1 + (fault == "double")
        others = [
            threading.Thread(target=self.webhook, args=(url, fields, method, token), daemon=True)
            for _ in range(copies)
        ]
        for other in others:
            other.start()
            if not self.faults.parallel:
                other.join()
        return self.webhook(url, fields, method, token)

    def tell(self, about: str, url: str, fields: dict[str, str], method: str = "POST") -> None:
        """Make a callback in the background, subject to the switches; its double carries the same token."""
        token = str(uuid.uuid4())

        def send() -> None:
            self.webhook(url, fields, method, token)

        if url:
            self.dispatcher.tell(about, send)

    def call_fields(self, call: Call, **more: str) -> dict[str, str]:
        """What every webhook about a call says: who, with whom, and in which state."""
        fields = {
            "AccountSid": self.settings.account_sid,
            "ApiVersion": VERSION,
            "CallSid": call.sid,
            "CallStatus": call.status,
            "Direction": call.direction,
        }
        for role, number in (
            ("From", call.sender),
            ("Caller", call.sender),
            ("To", call.to),
            ("Called", call.to),
        ):
            fields[role] = number
            fields.update(
                {role + "Country": country(number), role + "State": "", role + "City": "", role + "Zip": ""}
            )
        if call.parent:
            fields["ParentCallSid"] = call.parent
        if call.answered_by:
            fields["AnsweredBy"] = call.answered_by
        return fields | more

    def close(self) -> None:
        """Stop everything; what was going on is lost, what is over was saved."""
        with self.changed:
            self.closed = True
            self.notify(*self._waiting)
        self.dispatcher.close()
        keeping.save(self)
