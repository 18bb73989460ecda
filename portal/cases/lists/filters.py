"""What one looks for among the cases: closed lists, read from a form, an address or a saved view alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta

from portal.cases.models import NATURES, PRIORITIES, STATES

WHOSE = ("mine", "team", "unowned")
STATES_SOUGHT = (*STATES, "any")  # nothing said: all that are not closed
DUE = ("late", "today", "soon")
BY = ("clock", "promise")
SORTS = ("due", "oldest", "newest", "activity")
SOON = timedelta(days=3)
LONGEST_WORDS = 100

Stretch = tuple[datetime | None, datetime | None]


def _one_of(allowed: tuple[str, ...]) -> Callable[[str], bool]:
    return lambda value: value in allowed


def _row_id(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) < 10


ALLOWED: dict[str, Callable[[str], bool]] = {
    "whose": _one_of(WHOSE),
    "state": _one_of(STATES_SOUGHT),
    "nature": _one_of(NATURES),
    "priority": _one_of(PRIORITIES),
    "due": _one_of(DUE),
    "by": _one_of(BY),
    "topic": _row_id,
    "tag": _row_id,
    "owner": _row_id,
    "team": _row_id,
    "words": lambda value: len(value) <= LONGEST_WORDS,
}


@dataclass(frozen=True, slots=True)
class Filters:
    """Empty: any. `due` and `by` go together: late, due today or soon, by a clock or by a promise."""

    whose: str = ""
    state: str = ""
    nature: str = ""
    priority: str = ""
    due: str = ""
    by: str = ""
    topic: str = ""
    tag: str = ""
    owner: str = ""
    team: str = ""
    words: str = ""

    def said(self) -> dict[str, str]:
        """What is looked for, without what is not."""
        return {name: value for name, value in asdict(self).items() if value}

    def public(self) -> dict[str, str]:
        """The same without the words typed, which may name a person: these stay out of addresses."""
        return {name: value for name, value in self.said().items() if name != "words"}


NAMES = tuple(one.name for one in fields(Filters))


def read_filters(values: Mapping[str, str]) -> Filters:
    """What these values look for; what is not among the choices is not looked for."""
    typed = {name: (values.get(name) or "").strip() for name in NAMES}
    return Filters(**{name: value for name, value in typed.items() if value and ALLOWED[name](value)})


def stretch(due: str, now: datetime, over_at: datetime) -> Stretch:
    """From when to when something is due that is late, due today, or soon."""
    return {
        "late": (None, now),
        "today": (now, over_at),
        "soon": (now, now + SOON),
    }.get(due, (None, None))
