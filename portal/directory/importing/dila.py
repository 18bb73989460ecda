"""One office of the national directory (DILA), read: an object or a list everywhere, and anything may be missing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.directory.hours.dila_hours import read_hours
from portal.directory.importing.phones import read_numbers
from portal.directory.importing.report import Unreadable

SOURCE = "dila"
ACCESS = {  # as the source codes it, and as it is read
    "ACC": "Accessible aux personnes à mobilité réduite",
    "DEM": "Accessible aux personnes à mobilité réduite sur demande",
    "NAC": "Non accessible aux personnes à mobilité réduite",
}
SECTORS = re.compile(r"(\d+)(?:er|e) et (\d+)e arrondissements")  # of Marseille, two arrondissements each
DELEGATED = re.compile(
    r"mairies? (?:déléguée|annexe)s? (?:de la |de l['’]|du |des |de |d['’])?(.+)", re.IGNORECASE
)


@dataclass(frozen=True)
class Office:
    """An office as it is to be stored: its own values, its places, its further numbers, whom it says it serves."""

    source_id: str
    values: dict[str, Any]  # of the service; name and summary beside them
    name: str
    summary: str
    places: tuple[dict[str, Any], ...]  # the one to go to first; that of letters, if it is another
    numbers: tuple[tuple[str, str], ...]  # (type, number)
    serves: tuple[int | str, ...]  # arrondissements by their number, a delegated commune by its name
    refused: tuple[str, ...] = field(default=())


def read_office(record: Any) -> Office:
    """The office that a record tells of. Raises `Unreadable` for one without an identifier, a name or a commune."""
    said = record.get("properties") if isinstance(record, dict) else None
    if not isinstance(said, dict):
        raise Unreadable("un enregistrement sans propriétés")
    known = {name: _text(said.get(name)) for name in ("id", "Nom", "codeInsee")}
    for name, value in known.items():
        if not value or (name == "codeInsee" and not re.fullmatch(r"\d[\dAB]\d{3}", value)):
            raise Unreadable(f"sans {name} lisible")
    refused = (
        [] if _text(said.get("pivotLocal")) else ["Sans type (pivotLocal) : importé, mais rien n’y mène."]
    )
    department = _text(said.get("departement")) or known["codeInsee"][:2]
    contact = said["CoordonnéesNum"] if isinstance(said.get("CoordonnéesNum"), dict) else {}
    numbers, cost = _numbers(contact, department, refused)
    places = _places(said, record.get("geometry"))
    schedule, hours_refused = read_hours(said["Ouverture"]) if said.get("Ouverture") else ({}, [])
    comment = _text(said.get("Commentaire"))
    values = {
        "kind": _text(said.get("pivotLocal")),
        "commune": known["codeInsee"],
        "department": department,
        "source_date": _date(_text(said.get("dateMiseAJour")), refused),
        "phone": numbers[0][1] if numbers else "",
        "email": _email(_text(contact.get("Email")), refused),
        "url": _url(_text(contact.get("Url")), refused),
        "address": _written(places[0]) if places else "",
        "schedule": schedule,
    }
    return Office(
        source_id=known["id"],
        values=values,
        name=known["Nom"],
        summary="\n\n".join(text for text in (comment, cost) if text),
        places=places,
        numbers=tuple((kind, number) for kind, number in [*numbers[1:], *_fax(contact, department)]),
        serves=_serves(known["Nom"]),
        refused=(*refused, *hours_refused),
    )


def _text(value: Any) -> str:
    """A text, alone or with attributes beside it; nothing else."""
    if isinstance(value, dict):
        value = value.get("$t", "")
    return " ".join(value.split()) if isinstance(value, str) else ""


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _numbers(
    contact: dict[str, Any], department: str, refused: list[str]
) -> tuple[list[tuple[str, str]], str]:
    """The numbers to call, the first first, and what a call costs or who else to call, as it is written."""
    numbers: list[str] = []
    costs = []
    for said in _listed(contact.get("Téléphone")):
        written = _text(said)
        found = read_numbers(written, department)
        if written and not found:
            refused.append(f"Téléphone « {written} » : ce n’est pas un numéro entier ; refusé.")
        numbers += found
        if found and isinstance(said, dict):
            costs.append(_text(said.get("coût")))
    cost = " ".join(text for text in costs if text)
    return [("voice", one) for one in dict.fromkeys(numbers)], f"Téléphone : {cost}" if cost else ""


def _fax(contact: dict[str, Any], department: str) -> Iterable[tuple[str, str]]:
    for said in _listed(contact.get("Télécopie")):
        yield from (("fax", number) for number in read_numbers(_text(said), department))


def _email(written: str, refused: list[str]) -> str:
    first = re.split(r"[;,\s]+", written)[0]
    if first and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", first):
        refused.append(f"Adresse électronique « {written} » : incomplète ; refusée.")
        return ""
    return first


def _url(written: str, refused: list[str]) -> str:
    address = written if "://" in written or not written else f"http://{written}"
    if address and not re.fullmatch(r"https?://[^\s/]+\.[^\s]+", address):
        refused.append(f"Site « {written} » : ce n’est pas une adresse ; refusé.")
        return ""
    return address


def _date(written: str, refused: list[str]) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        refused.append(f"Date de mise à jour « {written} » : illisible ; refusée.")
        return None


def _places(said: dict[str, Any], geometry: Any) -> tuple[dict[str, Any], ...]:
    """Where to go, then where to write if that is elsewhere."""
    addresses = [one for one in _listed(said.get("Adresse")) if isinstance(one, dict)]
    visited = next((one for one in addresses if one.get("type") != "postale"), None)
    places = [_place(visited, geometry)] if visited else []
    return (*places, *(_place(one, None) for one in addresses if one.get("type") == "postale"))


def _place(address: dict[str, Any], geometry: Any) -> dict[str, Any]:
    lines = [line for line in map(_text, _listed(address.get("Ligne"))) if line]
    latitude, longitude = _point(address.get("Localisation"), geometry)
    return {
        "location_type": "postal" if address.get("type") == "postale" else "physical",
        "address_1": lines[0] if lines else "",
        "address_2": ", ".join(lines[1:]),
        "postal_code": _text(address.get("CodePostal")),
        "city": _text(address.get("NomCommune")),
        "latitude": latitude,
        "longitude": longitude,
        "accessibility": _access(address.get("Accessibilité")),
    }


def _point(place: Any, geometry: Any) -> tuple[float | None, float | None]:
    given = [place.get("Latitude"), place.get("Longitude")] if isinstance(place, dict) else []
    if not given and isinstance(geometry, dict):
        given = list(reversed(geometry.get("coordinates") or []))
    try:
        latitude, longitude = (float(str(one)) for one in given)
    except (TypeError, ValueError):
        return None, None
    on_earth = abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude, longitude) != (0, 0)
    return (latitude, longitude) if on_earth else (None, None)


def _access(said: Any) -> list[dict[str, str]]:
    kinds = ((ACCESS.get(one.get("type", "")), _text(one)) for one in _listed(said) if isinstance(one, dict))
    return [
        {"description": what, "details": how} if how else {"description": what} for what, how in kinds if what
    ]


def _written(place: dict[str, Any]) -> str:
    town = f"{place['postal_code']} {place['city']}".strip()
    return ", ".join(part for part in (place["address_1"], place["address_2"], town) if part)


def _serves(name: str) -> tuple[int | str, ...]:
    """Whom the name says the office is for: the arrondissements of a sector, a delegated commune."""
    if found := SECTORS.search(name):
        return int(found.group(1)), int(found.group(2))
    if found := DELEGATED.match(name):
        return (found.group(1),)
    return ()
