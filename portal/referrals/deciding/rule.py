"""One rule, ready to be compared with a situation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from portal.referrals.deciding.phrases import Phrase, fitting
from portal.referrals.deciding.situations import Situation

# The conditions that name values, one of which must be the situation's, in the order they are told.
CHOSEN = (
    *("topics", "articles", "communes", "departments", "ages"),
    *("flags", "urgencies", "channels", "languages", "opening"),
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of a rule. A condition that is empty is not set: it holds for all."""

    rule_id: int
    version_id: int
    position: int
    service_id: int | None
    words: tuple[Phrase, ...] = ()
    without: tuple[Phrase, ...] = ()
    topics: frozenset[str] = frozenset()
    communes: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    opening: str = ""  # open, closed, or empty for any
    ages: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    urgencies: frozenset[str] = frozenset()
    articles: frozenset[str] = frozenset()
    kind: str = ""
    strength: int = 2
    starts_on: date | None = None
    ends_on: date | None = None  # the last day

    @property
    def order(self) -> tuple[int, int, int]:
        """What is looked at first: the strongest, then by position, then the oldest rule."""
        return -self.strength, self.position, self.rule_id

    @property
    def target(self) -> int | str | None:
        """Where it sends: a service, or a kind of service."""
        return self.service_id or self.kind or None

    def asked(self, condition: str) -> frozenset[str]:
        """The values a condition names; none if it is not set."""
        if condition == "opening":
            return frozenset((self.opening,) if self.opening else ())
        values: frozenset[str] = getattr(self, condition)
        return values

    def holds(self, condition: str, situation: Situation) -> bool:
        """Whether one condition that names values holds."""
        asked = self.asked(condition)
        return not asked or not asked.isdisjoint(situation.values(condition))

    def in_time(self, day: date) -> bool:
        return (self.starts_on or day) <= day <= (self.ends_on or day)

    def fits(self, situation: Situation) -> bool:
        """Whether every condition holds, the words to be heard aside."""
        return (
            self.in_time(situation.at)
            and all(self.holds(name, situation) for name in CHOSEN)
            and not fitting(self.without, situation.said)
        )


class Match(NamedTuple):
    """A rule that fits, and its phrases that were found."""

    rule: Rule
    words: tuple[str, ...]
