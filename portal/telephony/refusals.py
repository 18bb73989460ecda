"""What the network may answer that is not a yes, told apart by what may be done next."""

from __future__ import annotations

from datetime import datetime


class Rejected(Exception):
    """Refused for good; `code` is the network's."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class Busy(Exception):
    """Not taken, and nothing was done: safe to ask again later; not before `until`, where that is known."""

    def __init__(self, until: datetime | None = None) -> None:
        super().__init__()
        self.until = until


class Away(Busy):
    """Not even asked: the network does not answer, or does not know our credentials any more."""


class Unsure(Exception):
    """No answer, or a broken one: it may have been done."""
