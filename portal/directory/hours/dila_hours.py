"""Hours as the national directory writes them (DILA, « Ouverture »), read into a schedule of ours.

Only what every reading of the source agrees on is kept: of days that go backwards (« vendredi à jeudi »: a Friday
whose end was never filled in, or a whole week?) the first; of a slot without an end, nothing. Each thing left out or
changed is said in a sentence, in French, for whoever reads the report of the import.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from portal.directory.hours.opening import DAYS, Schedule, Slot, check_schedule, note_of, slots_text

WEEK = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")

_TIME = re.compile(r"['’]?(\d{1,2})[:hH](\d{2})(?::\d{2})?\s*([aApP][mM])?")


def read_hours(ouverture: Any) -> tuple[Schedule, list[str]]:
    """The schedule that an `Ouverture` tells, and the sentences about what it says and we did not keep."""
    refused: list[str] = []
    week: dict[str, list[Slot]] = {day: [] for day in WEEK}
    for days in _among(ouverture, "PlageJ", refused):
        slots = _read_slots(days, refused)
        for day in _read_days(days, refused):
            week[day] += slots
    schedule = {key: _joined(name, week[name], refused) for key, name in zip(DAYS, WEEK, strict=True)}
    return check_schedule(schedule), refused


def _among(parent: Any, name: str, refused: list[str]) -> list[dict[str, Any]]:
    """What stands under this name: nothing, one thing or a list of them."""
    found = parent.get(name) if isinstance(parent, dict) else None
    listed = found if isinstance(found, list) else [found] if found else []
    if sound := [one for one in listed if isinstance(one, dict)]:
        return sound
    if parent:
        refused.append(f"Des horaires sans aucune plage lisible ({name}) : refusés.")
    return []


def _read_days(days: dict[str, Any], refused: list[str]) -> tuple[str, ...]:
    first, last = (_text(days, edge).lower() for edge in ("début", "fin"))
    known = [day for day in (first, last) if day in WEEK]
    if not known:
        refused.append(f"Plage de jours « {first} à {last} » : ces jours n’existent pas ; refusée.")
        return ()
    if len(known) < 2:
        refused.append(
            f"Plage de jours « {first} à {last} » : incomplète ; gardée pour {known[0]} seulement."
        )
        return (known[0],)
    begins, ends = WEEK.index(first), WEEK.index(last)
    if ends < begins:
        refused.append(f"Plage de jours « {first} à {last} » : à rebours ; gardée pour {first} seulement.")
        return (first,)
    return WEEK[begins : ends + 1]


def _read_slots(days: dict[str, Any], refused: list[str]) -> list[Slot]:
    note = " ".join(_text(days, "Note").split())
    kept: list[Slot] = []
    for hours in _among(days, "PlageH", refused):
        said = [_text(hours, edge) for edge in ("début", "fin")]
        opens, closes = (_hour(text) for text in said)
        where = f"{_text(days, 'début')} : plage « {said[0]} à {said[1]} »"
        if not (opens and closes):
            refused.append(f"{where} : illisible ou incomplète ; refusée.")
        elif closes <= opens:
            refused.append(f"{where} : finit avant d’avoir commencé ; refusée.")
        else:
            kept.append([opens, closes, note] if note else [opens, closes])
    return kept


def _hour(text: str) -> str:
    """« 9:15:00 », « '09:00:00 » or « 2:00:00 PM » as 09:15, 09:00, 14:00; empty if it is no hour of a day."""
    found = _TIME.fullmatch(text)
    if not found:
        return ""
    hour, minute, half = int(found[1]), int(found[2]), (found[3] or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return f"{hour:02}:{minute:02}" if hour * 60 + minute <= 24 * 60 and minute < 60 else ""


def _joined(day: str, slots: list[Slot], refused: list[str]) -> list[Slot]:
    """The slots of a day, those that overlap made one. A minute that one slot gives freely has no note."""
    ordered = sorted({tuple(slot) for slot in slots})
    if all(before[1] <= after[0] for before, after in pairwise(ordered)):
        return [list(slot) for slot in ordered]
    joined: list[Slot] = []
    edges = sorted({edge for slot in ordered for edge in slot[:2]})
    for begins, ends in pairwise(edges):
        over = [slot for slot in ordered if slot[0] <= begins and ends <= slot[1]]
        said = dict.fromkeys(note_of(list(slot)) for slot in over)
        notes = [] if "" in said else [" ; ".join(said)]
        if joined and over and joined[-1][1:] == [begins, *notes]:
            joined[-1][1] = ends
        elif over:
            joined.append([begins, ends, *notes])
    before, after = slots_text([list(slot) for slot in ordered]), slots_text(joined)
    refused.append(f"{day} : des plages se chevauchent ({before}) ; réunies ({after}).")
    return joined


def _text(record: dict[str, Any], name: str) -> str:
    value = record.get(name)
    return value.strip() if isinstance(value, str) else ""
