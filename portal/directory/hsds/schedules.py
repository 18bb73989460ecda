"""Weeks of ours and schedules of HSDS.

A week is read from what comes back every week without an end: `freq` WEEKLY, `byday`, hours. A schedule of one day
(`valid_from` is `valid_to`) is that day's exception, closed where it names no hours. One that says « Jours fériés »
holds the hours of public holidays; its attribute `territory` says whose. What else a schedule may say (every second
week, from spring to autumn) no week of ours can, and it is only kept; so is one that begins on a day to come
(`valid_from`, `dtstart`), until it is read on that day or later.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from portal import clock
from portal.directory.hours.opening import (
    DAYS,
    EXCEPTIONS,
    HOLIDAYS,
    MIDNIGHT,
    TERRITORIES,
    TERRITORY,
    check_schedule,
)
from portal.directory.hsds.checking import Doc, date_of
from portal.directory.hsds.ids import part_id
from portal.directory.hsds.lenses import dicts, text

CODES = dict(zip(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), DAYS, strict=True))
ON_HOLIDAYS, CLOSED_ON_HOLIDAYS = "Jours fériés", "Fermé les jours fériés"
OPEN_THAT_DAY, CLOSED_THAT_DAY = "Ouverture exceptionnelle", "Fermeture exceptionnelle"
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?\s*([AaPp][Mm])?(?:Z|[+-]\d{2}:?\d{2})?")
LONGEST_NOTE = 200  # of what a slot says of itself; longer, it is only kept
MOST_STARTS = 20  # days on which schedules of one record begin, that are told apart
BOUNDS = ("valid_to", "until", "count", "byweekno", "bymonthday", "byyearday")

Slots = list[list[str]]


def read_week(schedules: Any, on: date | None = None) -> dict[str, Any]:
    """The week that these schedules say, as ours are kept: those that have begun, today or `on` another day."""
    on = on or clock.local_day()
    week: dict[str, Slots] = {}
    days: dict[str, Slots] = {}
    territory = ""
    for one in dicts(schedules):
        territory = territory or _territory(one)
        slot = _slot(one)
        day = _one_day(one)
        if day and (slot or _names_no_hours(one)):
            days.setdefault(day, []).extend([slot] if slot else [])
        elif day or slot is None or not _comes_back(one) or _begins(one) > on:
            continue
        elif str(one.get("description") or "").startswith(ON_HOLIDAYS) and not one.get("byday"):
            week.setdefault(HOLIDAYS, []).extend(_within_the_day([slot]))
        else:
            for code in _codes(one.get("byday")):
                _add(week, CODES[code], slot)
    found: dict[str, Any] = {day: _in_order(slots) for day, slots in week.items()}
    if territory:
        found[TERRITORY] = territory
    if days:
        found[EXCEPTIONS] = {day: _in_order(_within_the_day(slots)) for day, slots in sorted(days.items())}
    return check_schedule(found)


def weeks_before(schedules: Any) -> list[dict[str, Any]]:
    """The weeks that reading these schedules gave or will give on other days: each start makes another."""
    starts = sorted({_begins(one) for one in dicts(schedules)} - {date.min})
    return [read_week(schedules, on) for on in (date.min, *starts[-MOST_STARTS:])] if starts else []


def write_week(week: dict[str, Any], of: str) -> list[Doc]:
    """Our week as schedules; `of` names what keeps it, so that their ids stay the same."""
    made: list[Doc] = []
    if not week:
        return made
    together: dict[tuple[str, ...], list[str]] = {}
    for code, day in CODES.items():
        for slot in week.get(day, []):
            together.setdefault(tuple(slot), []).append(code)
    for slot, codes in together.items():
        made.append({"freq": "WEEKLY", "byday": ",".join(codes), **_hours(slot)})
    if not week.get(HOLIDAYS) and made:
        made = [{**one, "description": CLOSED_ON_HOLIDAYS} for one in made]
    made += [{"description": ON_HOLIDAYS, **_hours(tuple(slot))} for slot in week.get(HOLIDAYS, [])]
    for day, slots in sorted((week.get(EXCEPTIONS) or {}).items()):
        dates = {"valid_from": day, "valid_to": day}
        made += [{**dates, "description": OPEN_THAT_DAY, **_hours(tuple(slot))} for slot in slots]
        if not slots:
            made.append({**dates, "description": CLOSED_THAT_DAY})
    if territory := week.get(TERRITORY):
        made = made or [{"description": CLOSED_ON_HOLIDAYS}]
        link = {"id": part_id(of, "territory"), "link_type": TERRITORY, "value": territory}
        made[0] = {**made[0], "attributes": [link]}
    return [{"id": part_id(of, "schedule", n), **one} for n, one in enumerate(made)]


def _hours(slot: tuple[str, ...]) -> Doc:
    opens, closes, *note = slot
    hours = {"opens_at": f"{opens}:00", "closes_at": "00:00:00" if closes == MIDNIGHT else f"{closes}:00"}
    return {**hours, "notes": note[0]} if note else hours


def _slot(schedule: Doc) -> list[str] | None:
    opens, closes = _time(schedule.get("opens_at")), _time(schedule.get("closes_at"))
    if not opens or not closes:
        return None
    note = text(schedule.get("notes"))
    return [
        opens,
        MIDNIGHT if closes == "00:00" else closes,
        *([note] if 0 < len(note) <= LONGEST_NOTE else []),
    ]


def _time(value: Any) -> str:
    """« 9:00 AM », « 09:00:00 », « 09:00+01:00 » (as the clock on the spot shows it); empty for no time at all."""
    said = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if said is None:
        return ""
    hour, minute, half = int(said[1]), int(said[2]), (said[3] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return ""
        hour = hour % 12 + 12 * (half == "pm")
    if (hour, minute) == (24, 0):
        return "00:00"
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else ""


def _one_day(schedule: Doc) -> str:
    """The date of a schedule of one day; empty for any other."""
    begins, ends = date_of(schedule.get("valid_from")), date_of(schedule.get("valid_to"))
    if begins is None or begins != ends or any(schedule.get(name) for name in ("freq", "byday")):
        return ""
    return begins.isoformat()


def _names_no_hours(schedule: Doc) -> bool:
    """Whether it is closed that day; hours that cannot be read say nothing of the kind."""
    return all(schedule.get(name) in (None, "") for name in ("opens_at", "closes_at"))


def _begins(schedule: Doc) -> date:
    """The first day on which it may be open."""
    starts = (date_of(schedule.get(name)) for name in ("valid_from", "dtstart"))
    return max((day for day in starts if day), default=date.min)


def _comes_back(schedule: Doc) -> bool:
    if schedule.get("freq") not in ("WEEKLY", None) or schedule.get("interval") not in (1, None):
        return False
    return not any(schedule.get(name) for name in BOUNDS)


def _codes(byday: Any) -> list[str]:
    said = str(byday or "").upper().replace(" ", "").split(",")
    return [code for code in CODES if code in said]


def _add(week: dict[str, Slots], day: str, slot: list[str]) -> None:
    """A slot of a day; what goes past midnight goes on the next day."""
    opens, closes, *note = slot
    if closes > opens:
        week.setdefault(day, []).append(slot)
        return
    week.setdefault(day, []).append([opens, MIDNIGHT, *note])
    after = DAYS[(DAYS.index(day) + 1) % 7]
    week.setdefault(after, []).append(["00:00", closes, *note])


def _within_the_day(slots: Slots) -> Slots:
    return [[opens, closes if closes > opens else MIDNIGHT, *note] for opens, closes, *note in slots]


def _in_order(slots: Slots) -> Slots:
    """In order, those that meet made one: two schedules may say the same hours."""
    merged: Slots = []
    for opens, closes, *note in sorted(slots):
        if merged and opens < merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], closes)
        else:
            merged.append([opens, closes, *note])
    return merged


def _territory(schedule: Doc) -> str:
    links = schedule.get("attributes")
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict) and link.get("link_type") == TERRITORY and link.get("value") in TERRITORIES:
            return str(link["value"])
    return ""
