"""A crowd that calls: the network's webhooks at speed, without the network. Each call obeys the TwiML it is given.

A call that is redirected by REST (see `rest`) goes on with what it is told. All it costs is in this process, counted.
"""

from __future__ import annotations

import hashlib
import heapq
import hmac
import http.client
import itertools
import threading
import time
from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit
from xml.etree import ElementTree

Fields = dict[str, str]


@dataclass(slots=True)
class Call:
    """`patience_s` in line; `at` is where in line the call waits, if it does."""

    sid: str
    number: str
    key: str
    patience_s: float
    left: str = ""  # the address told when it leaves the line
    over: bool = False
    extra: Fields = field(default_factory=dict)


@dataclass
class Crowd:
    """`ports` are the portals', `speed` how many times faster than life a call goes."""

    base_url: str
    account_sid: str
    auth_token: str
    line: str
    ports: list[int]
    senders: int = 16
    speed: float = 1.0
    took_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    when: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    live: dict[str, Call] = field(default_factory=dict)
    agents: set[str] = field(default_factory=set)  # their telephones that talk
    texts: int = 0  # acknowledged
    calls: int = 0  # acknowledged

    def __post_init__(self) -> None:
        self._due: list[tuple[float, int, Callable[[Any], None]]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._stopped = False
        self._busy = 0
        self._threads = [
            threading.Thread(target=self._send, args=(port,), daemon=True)
            for _, port in zip(range(self.senders), itertools.cycle(self.ports))
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wait(self, longest_s: float) -> bool:
        """Until nothing is due any more."""
        until = time.monotonic() + longest_s
        while time.monotonic() < until:
            with self._changed:
                if not self._due and not self._busy and not self.live:
                    return True
            time.sleep(0.05)
        return False

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def later(self, after_s: float, act: Callable[[Any], None]) -> None:
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + after_s, next(self._order), act))
            self._changed.notify()

    def call(self, number: str, key: str, patience_s: float, after_s: float = 0.0) -> None:
        """Somebody calls, presses a key, and hangs up when the patience is spent."""
        call = Call(f"CA{next(self._order):032x}", number, key, patience_s)
        self.live[call.sid] = call
        self.later(after_s, lambda line: self._obey(line, call, "/telephone/voice", {}))

    def text(self, number: str, to: str, body: str, after_s: float = 0.0) -> None:
        sid = f"SM{next(self._order):032x}"
        fields = {"MessageSid": sid, "From": number, "To": to, "Body": body, "NumMedia": "0"}

        def tell(line: Any) -> None:
            if self._post(line, "text", "/telephone/text", fields):
                with self._changed:
                    self.texts += 1

        self.later(after_s, tell)

    # a call ---------------------------------------------------------------------------------------------------------

    def _obey(self, line: Any, call: Call, path: str, more: Fields) -> None:
        if call.over:
            return
        fields = {
            "CallSid": call.sid,
            "From": call.number,
            "To": self.line,
            "CallStatus": "in-progress",
            **more,
        }
        twiml = self._post(line, "call", path, {**fields, "Direction": "inbound"})
        if twiml and path == "/telephone/voice":
            with self._changed:
                self.calls += 1
        self._go_on(call, path, ElementTree.fromstring(twiml)) if twiml else self._hang_up(call)

    def _go_on(self, call: Call, path: str, twiml: ElementTree.Element) -> None:
        rests_s = 0.0
        for verb in twiml:
            action = urljoin(path, verb.get("action", ""))
            if verb.tag == "Gather":
                self.later(2 / self.speed, self._then(call, action, {"Digits": call.key}))
            elif verb.tag == "Enqueue":
                call.left = action
                self.later(call.patience_s / self.speed, lambda line: self._give_up(line, call))
            elif verb.tag == "Dial":
                self._ring(call, path, verb, action)
            elif verb.tag == "Redirect":
                self.later(rests_s, self._then(call, urljoin(path, verb.text or ""), {}))
            elif verb.tag == "Record":
                self.later(1 / self.speed, self._then(call, action, {"RecordingDuration": "0"}))
            elif verb.tag == "Hangup":
                break
            else:
                rests_s += float(verb.get("length", 1)) / self.speed if verb.tag == "Pause" else 0.0
                continue
            return
        self._hang_up(call)

    def _at_once(self, call: Call, path: str) -> None:
        self.later(0, self._then(call, path, {}))

    def _then(self, call: Call, path: str, more: Fields) -> Callable[[Any], None]:
        return lambda line: self._obey(line, call, path, more)

    def _give_up(self, line: Any, call: Call) -> None:
        if call.over or not call.left:
            return
        self._obey(line, call, call.left, {"QueueResult": "hangup", "CallStatus": "completed"})
        self._hang_up(call)

    def _ring(self, call: Call, path: str, dial: ElementTree.Element, action: str) -> None:
        """An agent's telephone rings, and is picked up; they speak; they hang up."""
        call.left = ""
        called = next(iter(dial), None)
        leg = f"CA{next(self._order):032x}"
        self.agents.add(leg)
        said = {
            "CallSid": leg,
            "ParentCallSid": call.sid,
            "To": (called.text or "") if called is not None else "",
        }
        url = urljoin(path, called.get("url", "")) if called is not None else ""

        def picked_up(line: Any, address: str = url, more: Fields = said) -> None:
            asked = {"From": self.line, "CallStatus": "in-progress", **more}
            twiml = self._post(line, "agent", address, asked) if address else ""
            said_back = ElementTree.fromstring(twiml or "<Response/>")
            gather, again = said_back.find(".//Gather"), said_back.find("Redirect")
            if again is not None:  # the portal cannot say yet
                asked_again = urljoin(address, again.text or "")
                self.later(3 / self.speed, lambda line: picked_up(line, asked_again, more))
            elif gather is not None:
                pressed = urljoin(address, gather.get("action", ""))
                self.later(0.5 / self.speed, lambda line: picked_up(line, pressed, {**said, "Digits": "1"}))
            else:
                self.later(60 / self.speed, hung_up)

        def hung_up(line: Any) -> None:
            self.agents.discard(leg)
            over = {
                "DialCallStatus": "completed",
                "DialCallSid": leg,
                "DialBridged": "true",
                "DialCallDuration": "60",
            }
            self._obey(line, call, action, {**over, "CallStatus": "completed"})
            self._hang_up(call)

        self.later(3 / self.speed, picked_up)

    def _hang_up(self, call: Call) -> None:
        if call.over:
            return
        call.over = True
        over = {"CallSid": call.sid, "From": call.number, "To": self.line, "CallStatus": "completed"}
        more = {**over, "SequenceNumber": "3", "CallDuration": "60", "CallbackSource": "call-progress-events"}

        def tell(line: Any) -> None:
            self._post(line, "status", "/telephone/status/call", more)
            self.live.pop(call.sid, None)

        self.later(0, tell)

    def redirect(self, sid: str, fields: Fields) -> None:
        """By REST: the call goes on with this instead."""
        call = self.live.get(sid)
        if call is None or call.over:
            return
        call.left = ""
        if "Twiml" in fields:
            self._go_on(call, "/telephone/voice", ElementTree.fromstring(fields["Twiml"]))
        elif "Url" in fields:
            split = urlsplit(fields["Url"])
            self._at_once(call, split.path + (f"?{split.query}" if split.query else ""))
        elif fields.get("Status") == "completed":
            self._hang_up(call)

    def going_on(self) -> list[Fields]:
        """By REST: the calls that go on."""
        return [{"sid": sid, "status": "in-progress"} for sid in [*list(self.live), *list(self.agents)]]

    # the wire -------------------------------------------------------------------------------------------------------

    def _send(self, port: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while True:
            with self._changed:
                while not self._stopped and (not self._due or self._due[0][0] > time.monotonic()):
                    self._changed.wait(self._due[0][0] - time.monotonic() if self._due else None)
                if self._stopped:
                    return
                _at, _order, act = heapq.heappop(self._due)
                self._busy += 1
            try:
                act(line)
            except (OSError, http.client.HTTPException, ElementTree.ParseError) as error:
                self.answers[type(error).__name__] += 1
                line.close()
            with self._changed:
                self._busy -= 1

    def _post(self, line: Any, kind: str, path: str, fields: Fields) -> str:
        path = path.removeprefix(self.base_url)
        fields = {"AccountSid": self.account_sid, "ApiVersion": "2010-04-01", **fields}
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": self._sign(path, fields),
        }
        began = time.monotonic()
        line.request("POST", path, urlencode(fields), headers)
        answer = line.getresponse()
        text = answer.read().decode()
        name = urlsplit(path).path.removeprefix("/telephone/") if kind != "text" else "text"
        self.took_s[name].append(time.monotonic() - began)
        self.when.append(began)
        self.answers[str(answer.status)] += 1
        return text if answer.status == 200 else ""

    def _sign(self, path: str, fields: Fields) -> str:
        signed = self.base_url + path + "".join(name + fields[name] for name in sorted(fields))
        return b64encode(hmac.digest(self.auth_token.encode(), signed.encode(), hashlib.sha1)).decode()
