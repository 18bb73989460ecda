"""Pages whose clock the test turns on: what a page does every twenty seconds is not waited for."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any

from portal.staff.models import Staff

STEP_MS = 1000


def in_haste(opens: Callable[..., Any], person: Staff) -> Any:
    """A browser in which this person is signed in, before its first page; its timers follow `wait_for`."""
    page = opens(person, "about:blank")
    page.clock.install()
    return page


def wait_for(page: Any, holds: Callable[[], object], seconds: float = 60) -> None:
    """Until it holds; a second of the page goes by at each look."""
    limit = monotonic() + seconds
    while not holds():
        assert monotonic() < limit, "waited in vain"
        page.clock.fast_forward(STEP_MS)
        page.wait_for_timeout(20)
