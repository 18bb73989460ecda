"""Opening hours: a week of slots in local time, as a service, a line or a location keeps it.

`{"mon": [["08:30", "12:00"], ["13:30", "17:30"]], …}`; the slots of `holidays`, when there are any, stand on the
public holidays of the `territory` (France where none is named); without them a holiday is closed, save for what
opens round the clock. `days` come before all: `{"2026-12-24": [["09:00", "12:00"]], "2026-12-26": []}`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from portal.errors import N_, Refused

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAYS, TERRITORY, EXCEPTIONS = "holidays", "territory", "days"
MIDNIGHT = "24:00"
ROUND_THE_CLOCK = [["00:00", MIDNIGHT]]
FARTHEST = 60  # days looked ahead: a summer's closing, and the week after it

# what a schedule names a territory by, and what the `holidays` package does: where holidays differ from France's
TERRITORIES = {
    "57": "57",  # Alsace-Moselle
    "GP": "971",
    "MQ": "972",
    "GF": "973",
    "RE": "974",
    "YT": "976",
    "BL": "BL",
    "MF": "MF",
    "NC": "NC",
    "PF": "PF",
    "PM": "PM",
    "WF": "WF",
}
HOLIDAY_NAMES = (  # as the package writes them, to be translated where they are said
    N_("Jour de l'an"),
    N_("Lundi de Pâques"),
    N_("Fête du Travail"),
    N_("Fête de la Victoire"),
    N_("Ascension"),
    N_("Lundi de Pentecôte"),
    N_("Fête nationale"),
    N_("Assomption"),
    N_("Toussaint"),
    N_("Armistice"),
    N_("Noël"),
    N_("Vendredi saint"),
    N_("Saint-Étienne"),
    N_("Abolition de l'esclavage"),
    N_("Fête de Victor Schoelcher"),
    N_("Mi-Carême"),
    N_("Fête de la Citoyenneté"),
    N_("Arrivée de l'Évangile"),
    N_("Matāri'i"),
    N_("Saints Pierre et Paul"),
    N_("Saint Pierre Chanel"),
    N_("Fête du Territoire"),
)

_SLOT = re.compile(r"(\d{1,2})\s*[h:]\s*(\d{2})?\s*(?:-|–|à)\s*(\d{1,2})\s*[h:]\s*(\d{2})?", re.IGNORECASE)

Schedule = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether something is open at an instant; if not, `why` (hours, holiday, exception) and when it opens next."""

    open: bool
    why: str = ""
    holiday: str = ""  # its name in French
    opens_at: datetime | None = None


def is_open(schedule: Schedule, when: datetime, timezone: str) -> bool:
    """Whether `schedule` is open at the instant `when`, as the clocks of `timezone` show it."""
    local = when.astimezone(ZoneInfo(timezone))
    hour = f"{local:%H:%M}"
    return any(opens <= hour < closes for opens, closes in slots_on(schedule, local.date()))


def opening_at(schedule: Schedule, when: datetime, timezone: str) -> Opening:
    """Whether `schedule` is open at an instant, else why it is not: what callers and citizens are told."""
    if is_open(schedule, when, timezone):
        return Opening(open=True)
    day = when.astimezone(ZoneInfo(timezone)).date()
    opens_at = opens_next(schedule, when, timezone)
    name = holiday_on(schedule, day)
    exceptional = _exceptions(schedule).get(day.isoformat())
    if exceptional is None and name:
        return Opening(open=False, why="holiday", holiday=name, opens_at=opens_at)
    return Opening(open=False, why="exception" if exceptional == [] else "hours", opens_at=opens_at)


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
    exceptional = _exceptions(schedule).get(day.isoformat())
    if exceptional is not None:
        return sorted(exceptional)
    slots: list[list[str]] = sorted(schedule.get(DAYS[day.weekday()], []))
    if slots != ROUND_THE_CLOCK and holiday_on(schedule, day):
        return sorted(schedule.get(HOLIDAYS, []))
    return slots


def holiday_on(schedule: Schedule, day: date) -> str:
    """The name in French of the public holiday that this date is where the schedule is kept; empty if it is none."""
    return _public_holidays(str(schedule.get(TERRITORY, "")), day.year).get(day, "")


def relay_gaps(schedule: Schedule, relay: Schedule) -> dict[str, list[list[str]]]:
    """When `schedule` is open and its relay for deaf people is not: slots by day of the week, `holidays` or date.

    Since 1 October 2026 the two must keep the same hours (law of 7 October 2016, article 105).
    """
    gaps = {day: _without(schedule.get(day, []), relay.get(day, [])) for day in (*DAYS, HOLIDAYS)}
    for day in sorted({*_exceptions(schedule), *_exceptions(relay)}):
        on = date.fromisoformat(day)
        gaps[day] = _without(slots_on(schedule, on), slots_on(relay, on))
    return {day: slots for day, slots in gaps.items() if slots}


def _without(slots: list[list[str]], taken: list[list[str]]) -> list[list[str]]:
    """What is left of `slots` outside those that are taken."""
    left = [list(slot) for slot in sorted(slots)]
    for begins, ends in taken:
        pieces = [
            piece
            for opens, closes in left
            for piece in ([opens, min(closes, begins)], [max(opens, ends), closes])
        ]
        left = [[opens, closes] for opens, closes in pieces if opens < closes]
    return left


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
    """`schedule` in order, without empty days. Refuses what no clock or calendar can keep, with a sentence."""
    unknown = set(schedule) - {*DAYS, HOLIDAYS, TERRITORY, EXCEPTIONS}
    if unknown:
        raise Refused(N_("Ce jour n’existe pas : %(day)s."), field="schedule", day=min(unknown))
    territory = str(schedule.get(TERRITORY, ""))
    if territory and territory not in TERRITORIES:
        raise Refused(N_("Ce territoire n’existe pas : %(name)s."), field="territory", name=territory)
    checked: Schedule = {day: _checked(schedule.get(day, [])) for day in (*DAYS, HOLIDAYS)}
    days = {_day(day): _checked(slots) for day, slots in sorted(_exceptions(schedule).items())}
    checked |= {TERRITORY: territory, EXCEPTIONS: days}
    return {name: value for name, value in checked.items() if value}


def _checked(slots: list[list[str]]) -> list[list[str]]:
    """The slots of a day, in order. Refuses one that ends before it begins, or begins before the former ends."""
    ordered = sorted([opens, closes] for opens, closes in slots)
    ends = "00:00"
    for opens, closes in ordered:
        if not (_is_hour(opens) and _is_hour(closes) and ends <= opens < closes):
            slot = f"{opens}-{closes}"
            raise Refused(
                N_("Cette plage horaire n’est pas possible : %(slot)s."), field="schedule", slot=slot
            )
        ends = closes
    return ordered


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Refused(N_("Écrivez ce jour comme 2026-12-24 : %(day)s."), field="days", day=text) from None


def _exceptions(schedule: Schedule) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = schedule.get(EXCEPTIONS) or {}
    return found


def _is_hour(text: str) -> bool:
    return text == MIDNIGHT or re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text) is not None


@cache
def _public_holidays(territory: str, year: int) -> dict[date, str]:
    place = TERRITORIES.get(territory)
    return dict(holidays.country_holidays("FR", subdiv=place, years=year, language="fr"))
