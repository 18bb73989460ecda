"""Opening hours: a week of slots in local time, as a service, a line or a location keeps it.

`{"mon": [["08:30", "12:00"], ["13:30", "17:30", "sur rendez-vous"]], …}`: the third, where there is one, is a note on
the slot. The slots of `holidays`, when there are any, stand on the public holidays of the `territory` (France where
none is named); without them a holiday is closed, save for what opens round the clock. `days` come before all:
`{"2026-12-24": [["09:00", "12:00"]], "2026-12-26": []}`.

A slot says what the clock on the wall shows: on the night when an hour comes twice, it is open twice, and on the one
when an hour is left out, what begins in that hour begins after it. What goes past midnight is two slots, one a day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from portal.directory.hours.clocks import on_clock, stretches
from portal.directory.hours.zones import MAINLAND, TERRITORIES, public_holidays, territory_of, zone_of
from portal.directory.models import Service
from portal.errors import N_, Refused

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAYS, TERRITORY, EXCEPTIONS = "holidays", "territory", "days"
MIDNIGHT = "24:00"
SUSPENDED = "temporarily closed"  # as HSDS says it
ROUND_THE_CLOCK = [["00:00", MIDNIGHT]]
FARTHEST = 400  # days looked ahead: past what opens on one day of the year only
LONGEST = 14  # days looked ahead for a closing: what closes later is open day and night, as people say it

_SLOT = re.compile(
    r"(\d{1,2})\s*[h:]\s*(\d{2})?\s*(?:-|–|à)\s*(\d{1,2})\s*[h:]\s*(\d{2})?(?:\s*\(((?:[^()]|\([^()]*\))*)\))?",
    re.IGNORECASE,
)

Schedule = dict[str, Any]
Slot = list[str]  # [opens, closes], or [opens, closes, note]


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether something is open at an instant, and until when; if not, `why` (hours, holiday, exception, suspended) and
    when it opens next. `note` is the slot's: of the one that is open, else of the next.
    """

    open: bool
    why: str = ""
    holiday: str = ""  # its name in French
    opens_at: datetime | None = None
    closes_at: datetime | None = None  # None while open: day and night
    note: str = ""


class Span(NamedTuple):
    """A slot of a date, or the part of it between two changes of the clocks, in UTC."""

    begins: datetime
    ends: datetime
    note: str


def service_opening(service: Service, when: datetime, timezone: str = MAINLAND) -> Opening:
    """Whether a service is open at an instant, by the clocks and the holidays of where it is.

    One that is closed for a time (`why` is then suspended) is closed whatever its hours; nobody knows until when.
    """
    if service.status == SUSPENDED:
        return Opening(open=False, why="suspended")
    return opening_at(local_schedule(service), when, service_zone(service, timezone))


def service_zone(service: Service, timezone: str) -> str:
    """The time zone a service keeps its hours in: its commune's or department's; `timezone` where it has neither."""
    place = service.commune or service.department
    return zone_of(place) if place else timezone


def local_schedule(service: Service) -> Schedule:
    """The schedule of a service, with the territory of its commune or department unless it names one."""
    territory = territory_of(service.commune or service.department)
    return {TERRITORY: territory, **service.schedule} if territory else service.schedule


def is_open(schedule: Schedule, when: datetime, timezone: str) -> bool:
    """Whether `schedule` is open at the instant `when`, as the clocks of `timezone` show it."""
    return slot_at(schedule, when, timezone) is not None


def slot_at(schedule: Schedule, when: datetime, timezone: str) -> Slot | None:
    """The slot that is open at the instant `when`."""
    local = when.astimezone(ZoneInfo(timezone))
    hour = f"{local:%H:%M}"
    return next((slot for slot in slots_on(schedule, local.date()) if slot[0] <= hour < slot[1]), None)


def opening_at(schedule: Schedule, when: datetime, timezone: str) -> Opening:
    """Whether `schedule` is open at an instant, else why it is not: what callers and citizens are told."""
    slot = slot_at(schedule, when, timezone)
    if slot is not None:
        return Opening(open=True, closes_at=closes_at(schedule, when, timezone), note=note_of(slot))
    day = when.astimezone(ZoneInfo(timezone)).date()
    coming = next_span(schedule, when, timezone)
    opens_at, note = (coming.begins, coming.note) if coming else (None, "")
    name = holiday_on(schedule, day)
    exceptional = _exceptions(schedule).get(day.isoformat())
    if exceptional is None and name:
        return Opening(open=False, why="holiday", holiday=name, opens_at=opens_at, note=note)
    why = "exception" if exceptional == [] else "hours"
    return Opening(open=False, why=why, opens_at=opens_at, note=note)


def closes_at(schedule: Schedule, when: datetime, timezone: str) -> datetime | None:
    """Until when what is open at `when` stays open, in UTC, midnights and adjoining slots included.

    None for what is closed, and for what stays open as far as it is looked.
    """
    ends = None
    for span in _spans(schedule, when, timezone, LONGEST):
        if ends is None:
            ends = span.ends if span.begins <= when < span.ends else None
        elif span.begins > ends:
            return ends
        else:
            ends = span.ends
    zone = ZoneInfo(timezone)
    farthest = when.astimezone(zone).date() + timedelta(days=LONGEST)
    return ends if ends and ends.astimezone(zone).date() < farthest else None


def next_span(schedule: Schedule, when: datetime, timezone: str) -> Span | None:
    """The next one that begins after `when`, it having been closed before; None for what never opens."""
    ends = None
    for span in _spans(schedule, when, timezone, FARTHEST):
        if span.begins > when and span.begins != ends:
            return span
        ends = span.ends
    return None


def _spans(schedule: Schedule, when: datetime, timezone: str, days: int) -> Iterator[Span]:
    """The spans of the local date of `when` and of those after it, in order. Overlapping slots are not expected."""
    if not any(schedule.get(name) for name in (*DAYS, HOLIDAYS, EXCEPTIONS)):
        return
    first = when.astimezone(ZoneInfo(timezone)).date()
    for day in (first + timedelta(days=n) for n in range(days)):
        if slots := slots_on(schedule, day):
            for begins, ends, offset in stretches(timezone, day):
                for slot in slots:
                    opens = max(on_clock(day, slot[0]) - offset, begins)
                    closes = min(on_clock(day, slot[1]) - offset, ends)
                    if opens < closes:
                        yield Span(opens, closes, note_of(slot))


def slots_on(schedule: Schedule, day: date) -> list[Slot]:
    """The slots of a date, in order."""
    exceptional = _exceptions(schedule).get(day.isoformat())
    if exceptional is not None:
        return sorted(exceptional)
    slots: list[Slot] = sorted(schedule.get(DAYS[day.weekday()], []))
    if not round_the_clock(slots) and holiday_on(schedule, day):
        return sorted(schedule.get(HOLIDAYS, []))
    return slots


def round_the_clock(slots: list[Slot]) -> bool:
    """Whether these slots of a day are one, from midnight to midnight."""
    return [slot[:2] for slot in slots] == ROUND_THE_CLOCK


def note_of(slot: Slot) -> str:
    """What is said of a slot beside its hours: « sur rendez-vous »; mostly nothing."""
    return slot[2] if len(slot) > 2 else ""


def holiday_on(schedule: Schedule, day: date) -> str:
    """The name in French of the public holiday that this date is where the schedule is kept; empty if it is none."""
    return public_holidays(str(schedule.get(TERRITORY, "")), day.year).get(day, "")


def relay_gaps(schedule: Schedule, relay: Schedule) -> dict[str, list[Slot]]:
    """When `schedule` is open and its relay for deaf people is not: slots by day of the week, `holidays` or date.

    Since 1 October 2026 the two must keep the same hours (law of 7 October 2016, article 105).
    """
    gaps = {day: _without(schedule.get(day, []), relay.get(day, [])) for day in (*DAYS, HOLIDAYS)}
    for day in sorted({*_exceptions(schedule), *_exceptions(relay)}):
        on = date.fromisoformat(day)
        gaps[day] = _without(slots_on(schedule, on), slots_on(relay, on))
    return {day: slots for day, slots in gaps.items() if slots}


def _without(slots: list[Slot], taken: list[Slot]) -> list[Slot]:
    """What is left of `slots` outside those that are taken."""
    left = [slot[:2] for slot in sorted(slots)]
    for begins, ends in (slot[:2] for slot in taken):
        pieces = [
            piece
            for opens, closes in left
            for piece in ([opens, min(closes, begins)], [max(opens, ends), closes])
        ]
        left = [[opens, closes] for opens, closes in pieces if opens < closes]
    return left


def read_slots(text: str) -> list[Slot]:
    """The slots somebody typed for a day: « 8h30-12h, 14h-17h (sur rendez-vous) ». Refuses what it cannot read."""
    slots = [
        [
            f"{int(h1):02}:{m1 or '00'}",
            f"{int(h2):02}:{m2 or '00'}",
            *([note.strip()] if note.strip() else []),
        ]
        for h1, m1, h2, m2, note in _SLOT.findall(text)
    ]
    if _SLOT.sub("", text).strip(" ,;/\t\n"):
        raise Refused(N_("Écrivez les heures comme 8h30-12h, 14h-17h (sur rendez-vous)."), field="schedule")
    return slots


def slots_text(slots: list[Slot]) -> str:
    """Slots as they are typed and read: « 08:30-12:00, 14:00-17:00 (sur rendez-vous) »."""
    return ", ".join("-".join(slot[:2]) + (f" ({note_of(slot)})" if note_of(slot) else "") for slot in slots)


def check_schedule(schedule: Schedule) -> Schedule:
    """`schedule` in order, without empty days. Refuses what no clock or calendar can keep, with a sentence."""
    unknown = set(schedule) - {*DAYS, HOLIDAYS, TERRITORY, EXCEPTIONS}
    if unknown:
        raise Refused(N_("Ce jour n’existe pas : %(day)s."), field="schedule", day=min(unknown))
    territory = str(schedule.get(TERRITORY, ""))
    if territory and territory not in TERRITORIES:
        raise Refused(N_("Ce territoire n’existe pas : %(name)s."), field="territory", name=territory)
    checked: Schedule = {day: _checked(schedule.get(day, [])) for day in (*DAYS, HOLIDAYS)}
    days = {_day(day): _checked(slots) for day, slots in sorted(_exceptions(schedule).items())}
    checked |= {TERRITORY: territory, EXCEPTIONS: days}
    return {name: value for name, value in checked.items() if value}


def _checked(slots: list[Slot]) -> list[Slot]:
    """The slots of a day, in order. Refuses one that ends before it begins, or begins before the former ends."""
    ordered = sorted([*slot[:2], *_note(slot)] for slot in slots)
    ends = "00:00"
    for opens, closes in (slot[:2] for slot in ordered):
        slot = f"{opens}-{closes}"
        if _is_hour(opens) and _is_hour(closes) and closes <= opens:
            across = N_("%(slot)s passe minuit : écrivez le soir jusqu’à 24h, et la suite au jour d’après.")
            raise Refused(across, field="schedule", slot=slot)
        if not (_is_hour(opens) and _is_hour(closes) and ends <= opens):
            raise Refused(
                N_("Cette plage horaire n’est pas possible : %(slot)s."), field="schedule", slot=slot
            )
        ends = closes
    return ordered


def _note(slot: Slot) -> list[str]:
    """The note of a slot on one line, if it has one; with parentheses that go by pairs, so that it can be typed."""
    note = " ".join(note_of(slot).split())
    alone = re.sub(r"\([^()]*\)", "", note)
    if "(" in alone or ")" in alone:
        note = note.replace("(", "[").replace(")", "]")
    return [note] if note else []


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Refused(N_("Écrivez ce jour comme 2026-12-24 : %(day)s."), field="days", day=text) from None


def _exceptions(schedule: Schedule) -> dict[str, list[Slot]]:
    found: dict[str, list[Slot]] = schedule.get(EXCEPTIONS) or {}
    return found


def _is_hour(text: str) -> bool:
    return text == MIDNIGHT or re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text) is not None
