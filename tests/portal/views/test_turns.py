"""Who came first goes on first; whoever takes long keeps nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from portal.views import turns
from portal.views.turns import Turns
from tests.until import until


class Slow:
    """An application in which each request stays until it is let go."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ends: dict[str, threading.Event] = {}

    def __call__(self, environ: dict[str, Any], _start: Any) -> list[bytes]:
        name = environ["PATH_INFO"]
        self.begun.append(name)
        self.ends[name].wait()
        if name == "/fails":
            raise RuntimeError(name)
        return [name.encode()]


@pytest.fixture
def slow() -> Iterator[Slow]:
    made = Slow()
    yield made
    for end in made.ends.values():
        end.set()


@pytest.fixture
def come(slow: Slow) -> Callable[[str], None]:
    """A request comes, and is in before the next one."""
    door = Turns(slow)

    def ask(name: str) -> None:
        with suppress(RuntimeError):
            door({"PATH_INFO": name}, None)

    def come(name: str) -> None:
        slow.ends[name] = threading.Event()
        threading.Thread(target=ask, args=(name,), daemon=True).start()
        until(lambda: name in slow.begun or len(door._waiting) + len(slow.begun) == len(slow.ends))

    return come


def test_one_goes_on_after_the_other_in_the_order_they_came(
    slow: Slow, come: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "TURN_S", 60.0)
    for name in ("/one", "/fails", "/three"):
        come(name)
    assert slow.begun == ["/one"]
    slow.ends["/one"].set()
    until(lambda: slow.begun == ["/one", "/fails"])
    slow.ends["/fails"].set()
    until(lambda: slow.begun == ["/one", "/fails", "/three"])


def test_whoever_takes_long_keeps_nobody(slow: Slow, come: Callable[[str], None]) -> None:
    for name in ("/one", "/two", "/three"):
        come(name)
    until(lambda: slow.begun == ["/one", "/two", "/three"])
    slow.ends["/one"].set()
    slow.ends["/two"].set()
    come("/four")
    until(lambda: slow.begun[-1] == "/four")
