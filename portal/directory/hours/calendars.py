"""The working calendar of a place: its local days, and which of them offices work there."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal import clock
from portal.directory.hours import zones
from portal.directory.models import Service
from portal.directory.reading import department_of

MORNING, LAST_SECOND = time(9), time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Where days begin and end, and whose public holidays are kept."""

    timezone: str = zones.MAINLAND
    territory: str = ""

    def day(self, when: datetime) -> date:
        """The local day of an instant."""
        return when.astimezone(ZoneInfo(self.timezone)).date()

    def works(self, day: date) -> bool:
        return zones.is_working_day(day, self.territory)

    def after(self, day: date, count: int) -> date:
        """The day that comes `count` working days after `day`; `day` itself, whatever it is, for none."""
        return zones.working_days_after(day, count, self.territory)

    def between(self, day: date, later: date) -> int:
        """How many working days come after `day`, up to `later` included."""
        return sum(self.works(day + timedelta(days=n)) for n in range(1, (later - day).days + 1))

    def before(self, day: date, count: int) -> date:
        """The latest day after which `count` working days come, up to `day` included."""
        while count > 0:
            count -= self.works(day)
            day -= timedelta(days=1)
        return day

    def at(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, ZoneInfo(self.timezone)).astimezone(UTC)

    def morning_of(self, day: date) -> datetime:
        """When the day's letters leave."""
        return self.at(day, MORNING)

    def end_of(self, day: date) -> datetime:
        """The last second of a local day: what is done in its last minute is done that day."""
        return self.at(day, LAST_SECOND)

    def over_at(self, day: date) -> datetime:
        """When a local day is over, and the next one begins."""
        return clock.over_at(day, self.timezone)


def of_place(code: str) -> Calendar:
    """The calendar of a department or commune (INSEE code)."""
    return Calendar(zones.zone_of(code), zones.territory_of(code))


def of_service(service: Service) -> Calendar:
    """The calendar kept where this service is."""
    return of_place(service.commune or service.department)


def of_organization(organization_id: int) -> Calendar:
    """The calendar that an organization keeps where it is; by the clocks of the instance while nobody said where."""
    place = department_of(organization_id)
    return of_place(place) if place else Calendar(clock.wall())


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or earlier; where that month has none, its last."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
