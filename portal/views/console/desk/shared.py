"""What is the same on every desk of an organization is drawn once for all of them, until there is news of the desk.

When a call comes in, two hundred desks ask for the list within a second or two. One of them draws it; the others are
handed the same, and a few at a time: a list may wait, the telephone may not.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from flask import current_app

from portal import clock
from portal.views import news
from portal.views.console.door import me

LONGEST_S = 10.0  # it says how long people have waited


@dataclass
class Drawn:
    """A part drawn at that number of the desk's news, and when."""

    number: int = -1
    at: float = 0.0
    html: str = ""
    drawing: threading.Lock = field(default_factory=threading.Lock)


def drawn_once(name: str, draw: Callable[[], str], *who: Hashable) -> str:
    """The part called `name`, for whoever of this organization sees the same of it; `who` tells them from others."""
    kept: dict[Hashable, Drawn] = current_app.extensions.setdefault("drawn", {})
    one = kept.setdefault((name, me().organization_id, *who), Drawn())
    with one.drawing:
        number = _number()  # before what it shows is read
        now = clock.now().timestamp()
        if number is None or number != one.number or not 0 <= now - one.at < LONGEST_S:
            one.html = draw()
            one.number, one.at = -1 if number is None else number, now
        return one.html


def _number() -> int | None:
    numbers = news.door().newsroom.numbers([f"desk:{me().organization_id}"])
    return numbers[0] if numbers else None
