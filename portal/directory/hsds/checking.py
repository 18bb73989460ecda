"""What is wrong with a record, in sentences: what keeps it out, and what is only kept as it stands.

`shapes.json` says of each noun of the specification which fields it must have and what each field is: `@text`,
`@number`…, words to choose from, another noun, or each of a list of them. A field that the specification does not
know is nobody's fault.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

Doc = dict[str, Any]

DEEPEST, LARGEST = 12, 50_000  # levels of a record, values in it
LONGEST_ID = 100
OUR_NOUNS = ("service", "organization", "location", "service_at_location")
_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_WEB = re.compile(r"[a-z][a-z0-9+.-]*:\S+", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
NOUNS = {
    "service": "le service",
    "organization": "l’organisme",
    "location": "le lieu",
    "service_at_location": "le service en un lieu",
    "taxonomy": "la taxonomie",
    "taxonomy_term": "le terme",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong. `fatal`: the record cannot be taken in; else it is kept as it stands, and not used."""

    says: str
    fatal: bool = False


@cache
def shapes() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(
        (Path(__file__).parent / "shapes.json").read_text(encoding="utf-8")
    )
    return found


def noun_of(record: Doc, hint: str = "") -> str:
    """Which noun of the specification a record is: the one whose fields it has most; `hint` is its file's name."""
    known = shapes()
    keys = set(record)

    def likeness(noun: str) -> tuple[float, bool]:
        fields = known[noun]["fields"]
        named = re.search(rf"\b{noun}(s|_list|_full)*\b", hint.lower()) is not None
        return len(keys & set(fields)) + 2.5 * named, noun == "organization" and "status" not in keys

    nouns = (*OUR_NOUNS, "taxonomy", "taxonomy_term")
    if not keys & {"id", "name"}:
        return ""
    if "location_type" in keys:
        return "location"
    if keys & {"service", "location"} and "status" not in keys:
        return "service_at_location"
    best = max(nouns, key=likeness)
    return best if likeness(best)[0] >= 1 else ""


def measure(value: Any) -> str:
    """Why a value is too large to be looked at, or holds what JSON cannot say; empty if it is not."""
    left = [(value, 0)]
    seen = 0
    while left:
        one, depth = left.pop()
        seen += 1
        if depth > DEEPEST:
            return f"il est imbriqué sur plus de {DEEPEST} niveaux"
        if seen > LARGEST:
            return f"il compte plus de {LARGEST} valeurs"
        if isinstance(one, float) and not math.isfinite(one):
            return "il contient un nombre qui n’en est pas un"
        if isinstance(one, dict | list):
            left += [(inner, depth + 1) for inner in (one.values() if isinstance(one, dict) else one)]
    return ""


def check(noun: str, record: Doc) -> list[Fault]:
    """What is wrong with a record of this noun, and with all that it holds."""
    return [*_lacking(noun, record), *_wrong(noun, record, "")]


def _lacking(noun: str, record: Doc) -> Iterator[Fault]:
    for name in shapes()[noun]["required"]:
        value = record.get(name)
        if name == "description" and noun == "organization":
            if value is None:
                yield Fault("la description manque")
        elif value is None or (isinstance(value, str) and not value.strip()):
            yield Fault(f"{_called(name)} manque", fatal=True)
        elif name in ("id", "name") and not isinstance(value, str):
            yield Fault(f"« {name} » n’est pas un texte", fatal=True)
    if isinstance(identity := record.get("id"), str) and not is_id(identity) and identity:
        yield Fault(f"l’identifiant ne peut pas en être un : {_shown(identity)}", fatal=True)
    if noun == "service" and (status := record.get("status")) is not None:
        words = shapes()[noun]["fields"]["status"].split("|")
        if status not in words:
            shown = _shown(status)
            yield Fault(f"le statut {shown} n’existe pas (il y a {', '.join(words)})", fatal=True)


def _wrong(noun: str, record: Doc, path: str) -> Iterator[Fault]:
    """What is wrong in the fields of a record, and what the records inside lack."""
    fields = shapes()[noun]["fields"]
    for name, value in record.items():
        what = fields.get(name)
        if what is None or value is None or (noun == "service" and name == "status" and not path):
            continue
        place = f"{path}{name}"
        if what.startswith("each "):
            yield from _each(what.removeprefix("each "), value, place)
        elif what.startswith("@"):
            if sentence := _fault_of(what, value):
                yield Fault(f"« {place} » {sentence} : {_shown(value)}")
        elif what in shapes():
            yield from _inside(what, value, place)
        elif value not in what.split("|"):
            yield Fault(f"« {place} » n’est pas un des mots prévus : {_shown(value)}")


def _each(noun: str, value: Any, place: str) -> Iterator[Fault]:
    if not isinstance(value, list):
        yield Fault(f"« {place} » n’est pas une liste")
        return
    for n, one in enumerate(value, start=1):
        yield from _inside(noun, one, f"{place} {n}")


def _inside(noun: str, value: Any, place: str) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield Fault(f"« {place} » n’est pas une fiche")
        return
    for name in shapes()[noun]["required"]:
        if value.get(name) is None:
            yield Fault(f"« {place} » : {_called(name)} manque")
    yield from _wrong(noun, value, f"{place} / ")


def _fault_of(what: str, value: Any) -> str:
    """What is wrong with a value that should be this; empty if nothing is."""
    if what in ("@number", "@latitude", "@longitude"):
        if isinstance(value, bool) or not isinstance(value, int | float):
            return "n’est pas un nombre"
        most = {"@latitude": 90, "@longitude": 180}.get(what)
        return f"n’est pas entre -{most} et {most}" if most and abs(value) > most else ""
    if not isinstance(value, str):
        return "n’est pas un texte"
    good = {
        "@id": lambda: _UUID.fullmatch(value),
        "@web": lambda: not value or _WEB.fullmatch(value),
        "@mail": lambda: not value or _MAIL.fullmatch(value),
        "@date": lambda: not value or (_DAY.fullmatch(value) and date_of(value)),
        "@instant": lambda: not value or instant_of(value),
    }.get(what)
    wrong = {
        "@id": "n’est pas un UUID",
        "@web": "n’est pas une adresse du web",
        "@mail": "n’est pas une adresse électronique",
    }
    return "" if good is None or good() else wrong.get(what, "n’est pas une date")


def is_id(value: Any) -> bool:
    """Whether a record can be known by this."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID and value.isprintable()


def date_of(value: Any) -> date | None:
    """The date that a text says, or that an instant is of; what goes on otherwise says none."""
    if not isinstance(value, str) or not _DAY.match(value):
        return None
    try:
        return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value).date()
    except ValueError:
        return None


def instant_of(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _called(name: str) -> str:
    """A field as a sentence names it."""
    return {
        "id": "l’identifiant (id)",
        "name": "le nom (name)",
        "status": "le statut (status)",
        "description": "la description (description)",
        "number": "le numéro (number)",
        "location_type": "la sorte de lieu (location_type)",
    }.get(name, f"« {name} »")


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value
    return "« " + text[:60].encode("utf-8", "backslashreplace").decode().replace("\n", " ") + " »"
