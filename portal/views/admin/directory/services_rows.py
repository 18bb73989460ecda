"""The rows of a service's form: numbers, papers, fees, places. A row is `phones-1-number`, and `phones-1-row` says that
it is there; it is taken away by `phones-1-drop`, and one more is asked for by the button `more`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from portal.citizens.identifying import phone_number
from portal.directory import phones
from portal.directory.hours.opening import DAYS, EXCEPTIONS, HOLIDAYS, Schedule, read_slots, slots_text
from portal.directory.places import TYPES, Row
from portal.errors import Refused
from portal.views import choosing
from portal.views.admin.content.words import DAYS as DAY_NAMES
from portal.views.forms import Form
from portal.views.spoken import names_of, read_languages

ROWS = {
    "phones": ("number", "type", "extension", "languages", "description"),
    "documents": ("document", "uri"),
    "costs": ("option", "amount", "amount_description"),
    "places": (
        *(
            "location_type",
            "name",
            "address_1",
            "address_2",
            "postal_code",
            "city",
            "commune",
            "latitude",
            "longitude",
        ),
        *("description", "transportation", "accessibility", "hours"),
    ),
}
MOST_ROWS = 60
LONGEST_SHORT = 6
NOT_HOURS = "Écrivez un jour par ligne, comme : lundi 8h30-12h, 13h30-17h."
NOT_A_NUMBER = "Écrivez un nombre, comme {}."

_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def numbers(values: Mapping[str, Any], name: str) -> list[int]:
    """The numbers of the rows there are."""
    found = (re.fullmatch(rf"{name}-(\d{{1,4}})-row", key) for key in values)
    return sorted(int(one.group(1)) for one in found if one)


def add_row(values: dict[str, str], name: str) -> None:
    """One more row, empty. A source may have given more than somebody would type: those stay."""
    if name in ROWS and (n := max(numbers(values, name), default=0) + 1) <= MOST_ROWS:
        values[f"{name}-{n}-row"] = ""


def fill(name: str, rows: list[Row]) -> dict[str, Any]:
    """Rows as the form shows them."""
    values: dict[str, Any] = {}
    for n, row in enumerate(rows, 1):
        values |= {
            f"{name}-{n}-{field}": "" if row.get(field) is None else row[field] for field in ROWS[name]
        }
        values |= {f"{name}-{n}-row": row.get("id", ""), f"{name}-{n}-version": row.get("version", "")}
    return values


def phone_values(rows: list[Row]) -> dict[str, Any]:
    return fill("phones", [{**row, "languages": ", ".join(names_of(row["languages"]))} for row in rows])


def place_values(rows: list[Row]) -> dict[str, Any]:
    said = (
        {
            **row,
            "commune": choosing.commune_named(row["commune"]),
            "accessibility": "\n".join(str(one.get("description", "")) for one in row["accessibility"]),
            "hours": week_text(row["schedule"]),
        }
        for row in rows
    )
    return fill("places", list(said))


def read_phones(form: Form) -> list[Row]:
    return [
        {
            "id": form.number(f"phones-{n}-row"),
            "number": read_phone(form, f"phones-{n}-number"),
            "type": form.choice(f"phones-{n}-type", phones.TYPES) or "voice",
            "extension": form.text(f"phones-{n}-extension", longest=20),
            "languages": read_languages(form, f"phones-{n}-languages"),
            "description": form.text(f"phones-{n}-description", longest=200),
        }
        for n in _kept(form, "phones")
    ]


def read_documents(form: Form) -> list[Row]:
    rows = [
        {name: form.text(f"documents-{n}-{name}", longest=500) for name in ROWS["documents"]}
        for n in _kept(form, "documents")
    ]
    return [row for row in rows if row["document"]]


def read_costs(form: Form, known: list[Row]) -> list[Row]:
    """The prices typed, each in the currency it was in; one that is new, in euros."""
    rows, currencies = [], dict(enumerate((one.get("currency") for one in known), 1))
    for n in _kept(form, "costs"):
        amount = _decimal(form, f"costs-{n}-amount", "12,50")
        row: Row = {"option": form.text(f"costs-{n}-option", longest=200)}
        if amount is not None:
            row |= {"amount": amount, "currency": currencies.get(n) or "EUR"}
        if said := form.text(f"costs-{n}-amount_description", longest=200):
            row["amount_description"] = said
        rows.append(row)
    return [row for row in rows if len(row) > 1 or row["option"]]


def read_places(form: Form, known: list[Row]) -> list[Row]:
    """The places typed. What a source says of one beyond our fields stays with it."""
    by_id = {row["id"]: row for row in known}
    return [_read_place(form, f"places-{n}", by_id) for n in _kept(form, "places")]


def _read_place(form: Form, at: str, by_id: dict[int, Row]) -> Row:
    place_id = form.number(f"{at}-row")
    before = by_id.get(place_id or 0, {})
    plain = ("name", "address_1", "address_2", "postal_code", "city", "description", "transportation")
    commune = choosing.read_commune(form, f"{at}-commune")
    described = {str(one.get("description", "")): one for one in before.get("accessibility", [])}
    lines = [line.strip() for line in form.text(f"{at}-accessibility").splitlines() if line.strip()]
    return {
        "id": place_id,
        "version": form.number(f"{at}-version"),
        "location_type": form.choice(f"{at}-location_type", TYPES) or "physical",
        **{name: form.text(f"{at}-{name}", longest=500) for name in plain},
        "commune": commune.code if commune else "",
        "latitude": _decimal(form, f"{at}-latitude", "48,8566"),
        "longitude": _decimal(form, f"{at}-longitude", "2,3522"),
        "accessibility": [described.get(line, {"description": line}) for line in lines],
        "schedule": read_week(form, f"{at}-hours", before.get("schedule") or {}),
    }


def read_phone(form: Form, name: str) -> str:
    """A number as the network writes it; a short one, such as 3939, as it is."""
    typed = form.text(name, longest=40)
    short = re.sub(r"\D", "", typed)
    if not typed or (len(short) <= LONGEST_SHORT and not re.search(r"[^\d .]", typed)):
        return short
    try:
        return phone_number(typed)
    except Refused as refusal:
        form.take(Refused(refusal.sentence, field=name, **refusal.values))
        return typed


def week_text(schedule: Schedule) -> str:
    """Hours, a day on each line: « Lundi 08:30-12:00 »."""
    named = [(DAY_NAMES[day], schedule[day]) for day in (*DAYS, HOLIDAYS) if schedule.get(day)]
    days = [(day, slots) for day, slots in sorted((schedule.get(EXCEPTIONS) or {}).items())]
    return "\n".join(f"{name} {slots_text(slots) or 'fermé'}" for name, slots in named + days)


def read_week(form: Form, name: str, before: Schedule) -> Schedule:
    """Hours typed a day a line; what is not typed there (the territory) stays as it was."""
    days: Schedule = {}
    exceptions: dict[str, Any] = {}
    for line in form.text(name).splitlines():
        if not line.strip():
            continue
        day, hours = _day_of(line.strip())
        try:
            slots = [] if hours.strip(" \u00a0:").lower() == "fermé" else read_slots(hours.strip(" \u00a0:"))
        except Refused:
            day = ""
        if not day:
            form.refuse(name, NOT_HOURS)
        elif day in DAY_NAMES:
            days[day] = slots
        else:
            exceptions[day] = slots
    kept = {key: value for key, value in before.items() if key not in (*DAYS, HOLIDAYS, EXCEPTIONS)}
    return {**kept, **days, **({EXCEPTIONS: exceptions} if exceptions else {})} if days or exceptions else {}


def _day_of(line: str) -> tuple[str, str]:
    if found := _DATE.match(line):
        return found.group(), line[found.end() :]
    for day, name in DAY_NAMES.items():
        if line.lower().startswith(name.lower()):
            return day, line[len(name) :]
    return "", ""


def _decimal(form: Form, name: str, example: str) -> float | None:
    typed = form.text(name, longest=30).replace(",", ".").removesuffix("€").strip()
    if not typed:
        return None
    if not re.fullmatch(r"-?\d{1,7}(\.\d{1,9})?", typed):
        form.refuse(name, NOT_A_NUMBER.format(example))
        return None
    return float(typed)


def _kept(form: Form, name: str) -> list[int]:
    return [n for n in numbers(form.values, name) if not form.text(f"{name}-{n}-drop")]
