"""A situation: what is known of a request when somebody must be told whose matter it is.

It lives as long as the answer to one request. What the person said of themselves is never kept with a name, never
put in an address, and never shown but to themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from portal import clock
from portal.database import db
from portal.directory import stamps
from portal.directory.editing import department_of
from portal.directory.hours import calendars
from portal.directory.hours.opening import Schedule, is_open
from portal.directory.models import Organization
from portal.errors import N_
from portal.lines.models import Line
from portal.referrals.deciding.phrases import Terms, said

LINES = "lines"  # the stamp of their hours


class Choice(NamedTuple):
    """One thing a person may say of themselves: as staff read it, and as the person is asked, to be translated."""

    staff: str
    asked: str


AGES = {
    "under_18": Choice("moins de 18 ans", N_("Moins de 18 ans")),
    "18_25": Choice("18 à 25 ans", N_("De 18 à 25 ans")),
    "26_64": Choice("26 à 64 ans", N_("De 26 à 64 ans")),
    "65_plus": Choice("65 ans ou plus", N_("65 ans ou plus")),
}
FLAGS = {
    "disability": Choice("en situation de handicap", N_("En situation de handicap")),
    "deaf": Choice("sourd ou malentendant", N_("Sourd ou malentendant")),
    "interpreter": Choice("a besoin d’un interprète", N_("Besoin d’un interprète")),
    "no_home": Choice("sans logement stable", N_("Sans logement stable")),
    "alone": Choice("vit seul, sans aide", N_("Je vis seul, sans personne pour m’aider")),
    "carer": Choice("aide un proche", N_("J’aide un proche malade, âgé ou handicapé")),
    "violence": Choice("subit des violences", N_("Je subis des violences")),
}
URGENCIES = {
    "soon": Choice("dans les jours qui viennent", N_("Dans les jours qui viennent")),
    "today": Choice("aujourd’hui", N_("Aujourd’hui")),
}


def today(timezone: str) -> date:
    """The day it is there."""
    return clock.now().astimezone(ZoneInfo(timezone)).date()


def day_of(organization_id: int) -> date:
    """The day it is where an organization is: by which its rules begin and end."""
    return calendars.of_organization(organization_id).day(clock.now())


@dataclass(frozen=True)
class Situation:
    """What a rule looks at. Words are what the person said; they are compared, never shown, never kept.

    `topics` are slugs; `commune` is a code, of which `department` follows; `open` tells whether the organization
    answers now (None: not known); `article_ids` are the articles found, the best first, and `scores` what the
    search gave each; `read` are the slugs of those that were read on the way here. `age`, `flags` and `urgency` are
    codes of AGES, FLAGS and URGENCIES that the person gave, empty where nothing was said. `at` is the day.
    """

    words: str = field(default="", repr=False)
    language: str = "fr"
    topics: tuple[str, ...] = ()
    commune: str = ""
    channel: str = "web"
    open: bool | None = None
    article_ids: tuple[int, ...] = ()
    age: str = ""
    flags: frozenset[str] = frozenset()
    urgency: str = ""
    department: str = ""
    read: tuple[str, ...] = ()
    at: date = field(default_factory=clock.local_day)
    scores: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.commune and not self.department:
            object.__setattr__(self, "department", department_of(self.commune))

    @cached_property
    def said(self) -> dict[str, Terms]:
        return said(self.words, self.language)

    def values(self, condition: str) -> Iterable[str]:
        """What there is to compare with a condition that names values: codes and slugs, never words."""
        if condition in ("topics", "flags"):
            return self.topics if condition == "topics" else self.flags
        if condition == "articles":
            return self.read
        if condition == "opening":
            return () if self.open is None else ("open" if self.open else "closed",)
        value: str = getattr(self, ONE_OF[condition])
        return (value,) if value else ()


ONE_OF = {  # conditions on a thing there is one of
    "communes": "commune",
    "departments": "department",
    "channels": "channel",
    "languages": "language",
    "ages": "age",
    "urgencies": "urgency",
}


def line_schedules(organization_id: int | None = None) -> list[Schedule]:
    """The hours of the organization's lines that keep any; of the host's, if none is named. Kept in memory."""
    lines = stamps.kept(LINES, _read_lines)
    return [
        line.schedule
        for line in lines
        if line.schedule
        and (line.is_host if organization_id is None else line.organization_id == organization_id)
    ]


class _Hours(NamedTuple):
    organization_id: int
    is_host: bool
    schedule: Schedule


def _read_lines() -> list[_Hours]:
    query = db.select(Line.organization_id, Organization.is_host, Line.schedule)
    query = query.join(Organization, Organization.id == Line.organization_id).order_by(Line.id)
    return [_Hours(*row) for row in db.session.execute(query)]


stamps.follow(LINES, Line, Organization)


def answers_at(when: datetime, timezone: str, organization_id: int | None = None) -> bool | None:
    """Whether the organization (the host, if none is named) answers its lines at `when`; None if it keeps no hours."""
    return any_open(line_schedules(organization_id), when, timezone)


def any_open(schedules: list[Schedule], when: datetime, timezone: str) -> bool | None:
    if not schedules:
        return None
    return any(is_open(schedule, when, timezone) for schedule in schedules)
