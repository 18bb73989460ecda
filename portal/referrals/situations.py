"""A situation: what is known of a request when somebody must be told whose matter it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from portal.database import db
from portal.directory.models import Organization
from portal.directory.opening import Schedule, is_open
from portal.lines.models import Line
from portal.referrals.phrases import Terms, said


@dataclass(frozen=True)
class Situation:
    """What a rule looks at. Words are what the person said; they are compared, never shown, never kept.

    `topics` are slugs; `commune` is a code; `open` tells whether the organization answers now (None: not known);
    `article_ids` are the articles found, the best first.
    """

    words: str = field(default="", repr=False)
    language: str = "fr"
    topics: tuple[str, ...] = ()
    commune: str = ""
    channel: str = "web"
    open: bool | None = None
    article_ids: tuple[int, ...] = ()

    @cached_property
    def said(self) -> dict[str, Terms]:
        return said(self.words, self.language)


def line_schedules(organization_id: int | None = None) -> list[Schedule]:
    """The hours of the organization's lines that keep any; of the host's, if none is named."""
    query = db.select(Line.schedule)
    if organization_id is None:
        query = query.join(Organization, Organization.id == Line.organization_id).where(Organization.is_host)
    else:
        query = query.where(Line.organization_id == organization_id)
    return [schedule for schedule in db.session.scalars(query) if schedule]


def answers_at(when: datetime, timezone: str, organization_id: int | None = None) -> bool | None:
    """Whether the organization (the host, if none is named) answers its lines at `when`; None if it keeps no hours."""
    return any_open(line_schedules(organization_id), when, timezone)


def any_open(schedules: list[Schedule], when: datetime, timezone: str) -> bool | None:
    if not schedules:
        return None
    return any(is_open(schedule, when, timezone) for schedule in schedules)
