"""Opening hours: a week of slots in local time, as a service, a line or a location keeps it.

`{"mon": [["08:30", "12:00"], ["13:30", "17:30"]], …}`; the slots of `holidays`, when there are any, stand on
French public holidays; without them a holiday is closed, save for what opens round the clock.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from portal.errors import N_, Refused

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAYS = "holidays"
MIDNIGHT = "24:00"
ROUND_THE_CLOCK = [["00:00", MIDNIGHT]]
FARTHEST = 15  # days looked ahead: a week, and the longest bridge of holidays

_SLOT = re.compile(r"(\d{1,2})\s*[h:]\s*(\d{2})?\s*(?:-|–|à)\s*(\d{1,2})\s*[h:]\s*(\d{2})?", re.IGNORECASE)

Schedule = dict[str, Any]


def is_open(schedule: Schedule, when: datetime, timezone: str) -> bool:
    """Whether `schedule` is open at the instant `when`, as the clocks of `timezone` show it."""
    local = when.astimezone(ZoneInfo(timezone))
    hour = f"{local:%H:%M}"
    return any(opens <= hour < closes for opens, closes in slots_on(schedule, local.date()))


def opens_next(schedule: Schedule, when: datetime, timezone: str) -> datetime | None:
    """The next instant after `when` at which a slot begins, in UTC; None for what never opens."""
    zone = ZoneInfo(timezone)
    first = when.astimezone(zone).date()
    for day in (first + timedelta(days=n) for n in range(FARTHEST)):
        for opens, _closes in slots_on(schedule, day):
            begins = datetime.combine(day, time.fromisoformat(opens), zone).astimezone(UTC)
            if begins > when:
                return begins
    return None


def slots_on(schedule: Schedule, day: date) -> list[list[str]]:
    """The slots of a date, in order."""
    slots: list[list[str]] = sorted(schedule.get(DAYS[day.weekday()], []))
    if slots != ROUND_THE_CLOCK and day in _public_holidays(day.year):
        return sorted(schedule.get(HOLIDAYS, []))
    return slots


def read_slots(text: str) -> list[list[str]]:
    """The slots somebody typed for a day: « 8h30-12h, 13:30-17:30 ». Refuses what it does not understand."""
    slots = [
        [f"{int(h1):02}:{m1 or '00'}", f"{int(h2):02}:{m2 or '00'}"] for h1, m1, h2, m2 in _SLOT.findall(text)
    ]
    if _SLOT.sub("", text).strip(" ,;/\t\n"):
        raise Refused(N_("Écrivez les heures comme 8h30-12h, 13h30-17h30."), field="schedule")
    return slots


def slots_text(slots: list[list[str]]) -> str:
    """Slots as they are typed and read: « 08:30-12:00, 13:30-17:30 »."""
    return ", ".join(f"{opens}-{closes}" for opens, closes in slots)


def check_schedule(schedule: Schedule) -> Schedule:
    """`schedule` in order, without empty days. Refuses unknown days and slots that end before they begin."""
    unknown = set(schedule) - {*DAYS, HOLIDAYS}
    if unknown:
        raise Refused(N_("Ce jour n’existe pas : %(day)s."), field="schedule", day=min(unknown))
    checked = {day: sorted([opens, closes] for opens, closes in slots) for day, slots in schedule.items()}
    for slots in checked.values():
        ends = "00:00"
        for opens, closes in slots:
            if not (_is_hour(opens) and _is_hour(closes) and ends <= opens < closes):
                raise Refused(
                    N_("Cette plage horaire n’est pas possible : %(slot)s."),
                    field="schedule",
                    slot=f"{opens}-{closes}",
                )
            ends = closes
    return {day: checked[day] for day in (*DAYS, HOLIDAYS) if checked.get(day)}


def _is_hour(text: str) -> bool:
    return text == MIDNIGHT or re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text) is not None


@cache
def _public_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("FR", years=year))
