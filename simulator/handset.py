"""A phone held by a program: what a test needs to dial, listen, press, speak and write, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any

import requests

LONGEST_S = 60.0  # costs only whoever waits in vain: machines that do much else are slow


class Handset:
    """One phone of the stand-in network at `url`. What cannot be done raises `ValueError` with the reason."""

    def __init__(self, url: str, number: str) -> None:
        self.url = url.rstrip("/")
        self.number = number

    def call(self, to: str, *, hidden: bool = False) -> dict[str, Any]:
        return self._do("call", to=to, hidden=hidden)

    def answer(self, by: str = "human") -> dict[str, Any]:
        return self._do("answer", by=by)

    def refuse(self) -> dict[str, Any]:
        return self._do("refuse")

    def hang_up(self) -> dict[str, Any]:
        return self._do("hangup")

    def press(self, keys: str) -> dict[str, Any]:
        """Press keys once somebody has answered; they are kept for whoever gathers them next."""
        self.wait_until(lambda now: now["state"] in {"talking", "over"}, what="an answer")
        return self._do("keys", keys=keys)

    def speak(self, words: str) -> dict[str, Any]:
        self.wait_until(lambda now: now["state"] in {"talking", "over"}, what="an answer")
        return self._do("speech", text=words)

    def write(self, to: str, body: str, *, hidden: bool = False) -> dict[str, Any]:
        return self._do("texts", to=to, body=body, hidden=hidden)

    def set_reachable(self, reachable: bool) -> dict[str, Any]:
        return self._do("", reachable=reachable)

    def state(self, since: str = "", wait: float = 0) -> dict[str, Any]:
        asked: dict[str, str] = {"since": since, "wait": str(wait)}
        return self._read(requests.get(self._address(), params=asked, timeout=LONGEST_S + wait))

    def transcript(self) -> list[str]:
        """What was heard on the present or the last call, in order: words, keys and names of sounds."""
        call = self.state()["call"]
        return [heard["text"] for heard in call["transcript"]] if call else []

    def with_whom(self) -> list[str]:
        """The numbers of those it talks with at this moment: nobody while on hold, waiting or alone."""
        call = self.state()["call"]
        return list(call["with_whom"]) if call and call["status"] == "in-progress" else []

    def wait_to_be_with(self, *others: str, seconds: float = LONGEST_S) -> dict[str, Any]:
        """Until it talks with exactly these; without any, until nobody hears it."""
        return self.wait_until(
            lambda now: set((now["call"] or {}).get("with_whom", [])) == set(others),
            seconds,
            f"talking with {', '.join(others) or 'nobody'}",
        )

    def texts(self) -> list[dict[str, Any]]:
        texts: list[dict[str, Any]] = self.state()["texts"]
        return texts

    def wait_until(
        self, holds: Callable[[dict[str, Any]], object], seconds: float = LONGEST_S, what: str = "this"
    ) -> dict[str, Any]:
        """The phone's state once it holds; `AssertionError` with the last state when it does not in time."""
        limit, state = monotonic() + seconds, self.state()
        while not holds(state):
            if monotonic() > limit:
                raise AssertionError(f"waited {seconds} s in vain for {what}: {state}")
            state = self.state(state["stamp"], 1)
        return state

    def wait_to_hear(self, words: str, seconds: float = LONGEST_S) -> dict[str, Any]:
        return self.wait_until(
            lambda state: any(
                words in heard["text"] for heard in (state["call"] or {}).get("transcript", [])
            ),
            seconds,
            f"hearing “{words}”",
        )

    def wait_for_text(self, words: str = "", seconds: float = LONGEST_S) -> dict[str, Any]:
        """The last text received that holds these words."""

        def received(state: dict[str, Any]) -> list[dict[str, Any]]:
            return [
                each for each in state["texts"] if each["direction"] == "received" and words in each["body"]
            ]

        return received(self.wait_until(received, seconds, f"a text with “{words}”"))[-1]

    def wait_for(self, state: str, seconds: float = LONGEST_S) -> dict[str, Any]:
        """Until it is `idle`, `dialling`, `ringing`, `talking` or `over`."""
        return self.wait_until(lambda now: now["state"] == state, seconds, f"being {state}")

    def wait_to_be_asked(self, what: str = "keys", seconds: float = LONGEST_S) -> dict[str, Any]:
        """Until `keys`, `speech` or a message (`record`) are listened for."""
        return self.wait_until(
            lambda now: what in (now["call"] or {}).get("expects", ""), seconds, f"{what} asked"
        )

    def _address(self, act: str = "") -> str:
        return f"{self.url}/phones/{self.number}" + (f"/{act}" if act else "")

    def _do(self, act: str, **said: object) -> dict[str, Any]:
        return self._read(requests.post(self._address(act), json=dict[str, Any](said), timeout=LONGEST_S))

    def _read(self, response: requests.Response) -> dict[str, Any]:
        told: dict[str, Any] = response.json()
        if not response.ok:
            raise ValueError(told.get("error", response.status_code))
        return told
