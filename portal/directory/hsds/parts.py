"""What hangs on a record in rows of its own: its telephone numbers, and whom it is for.

The first number of a service or of an organization that people can call is in its own column, the others in rows: a
fax that comes first is no number to call. Who publishes gives the same id to a number wherever it is said, so a row
keeps that id beside its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from portal.directory.hsds.checking import Doc
from portal.directory.hsds.ids import part_id
from portal.directory.hsds.lenses import code, dicts, rewritten, text
from portal.directory.models import ListedPhone, ServiceArea

FURTHER = ("number", "extension", "type", "description", "languages")
LEVELS = {
    "commune": "insee-commune",
    "department": "insee-departement",
    "region": "insee-region",
    "national": "national",
}
NOT_CALLED = ("fax", "pager", "text", "textphone", "video")  # types of numbers that nobody speaks at
_LEVEL_OF = {extent_type: level for level, extent_type in LEVELS.items()}

Said = dict[str, Any]


def number_of(value: Any) -> str:
    """A number as ours are kept: international ones without what eases reading."""
    said = text(value).strip(" \t\n\"'")
    return "+" + re.sub(r"\D", "", said) if re.fullmatch(r"\+[\d\s().\-/]+", said) else said


def read_phone(record: Doc) -> Said:
    """What the columns of a row would hold of a number; nothing where there is none."""
    number = number_of(record.get("number"))
    if not number:
        return {}
    codes = [code for one in dicts(record.get("languages")) if (code := text(one.get("code")))]
    return {
        "number": number,
        "extension": _dialled(record.get("extension")),
        "type": text(record.get("type")) or "voice",
        "description": text(record.get("description")),
        "languages": codes,
    }


def _dialled(extension: Any) -> str:
    """An extension as it is dialled: each figure of it, however many."""
    if isinstance(extension, bool) or not isinstance(extension, int | float):
        return text(extension)
    return f"{extension:.0f}" if extension == int(extension) else f"{extension:g}"


def read_phones(record: Doc, *, first: bool) -> tuple[str, list[Said]]:
    """The number for the record's own column, if it has one (`first`), and those for rows."""
    found = [said for one in dicts(record.get("phones")) if (said := read_phone(one))]
    own = next((said for said in found if first and _is_called(said)), None)
    return (own["number"] if own else ""), [said for said in found if said is not own]


def _is_called(said: Said) -> bool:
    return str(said.get("type")).lower() not in NOT_CALLED


def phone_said(row: ListedPhone) -> Said:
    return {name: list(row.languages) if name == "languages" else getattr(row, name) for name in FURTHER}


def say_phones(record: Doc, own: str, rows: Sequence[ListedPhone], *, first: bool) -> None:
    """Makes a record's `phones` say our column and rows; as they were kept, if they do already."""
    ours = [phone_said(row) for row in rows]
    if read_phones(record, first=first) == (own, ours):
        return
    kept = dicts(record.get("phones"))
    made = []
    if own:
        said = ((one, read_phone(one)) for one in kept)
        same = [one for one, phone in said if phone.get("number") == own and _is_called(phone)]
        made = same[:1] or [{"id": part_id(record["id"], "phone"), "number": own, "type": "voice"}]
        kept = [one for one in kept if one not in made]
    ids = {str(said): _id_of(row) for said, row in zip(ours, rows, strict=True)}
    made += rewritten(kept, ours, read_phone, lambda said: _new_phone(ids[str(said)], said))
    record["phones"] = made
    if not made:
        del record["phones"]


def _id_of(row: ListedPhone | ServiceArea) -> str:
    """The id that a row is said with: its publisher's, else its own."""
    return str(row.hsds.get("id") or row.hsds_id)


def _new_phone(identity: str, said: Said) -> Doc:
    made: Doc = {"id": identity, "number": said["number"], "type": said["type"]}
    if re.fullmatch(r"\d{1,9}", said["extension"]):
        made["extension"] = int(said["extension"])
    if said["description"]:
        made["description"] = said["description"]
    if said["languages"]:
        made["languages"] = [{"id": part_id(identity, code), "code": code} for code in said["languages"]]
    return made


def read_area(record: Doc) -> Said:
    """The level, code and name of an area: of ours by its code, of others' by what it is called."""
    level = _LEVEL_OF.get(str(record.get("extent_type") or ""), "other")
    known = code(record.get("extent")) if level != "other" else ""
    return {"level": level, "code": known, "name": text(record.get("name") or record.get("description"))}


def read_areas(record: Doc) -> list[Said]:
    return [read_area(one) for one in dicts(record.get("service_areas"))]


def area_said(row: ServiceArea) -> Said:
    return {"level": row.level, "code": row.code, "name": row.name}


def say_areas(record: Doc, rows: Sequence[ServiceArea]) -> None:
    """Makes a record's `service_areas` say our rows; as they were kept, if they do already."""
    ours = [area_said(row) for row in rows]
    if read_areas(record) == ours:
        return
    ids = {str(said): _id_of(row) for said, row in zip(ours, rows, strict=True)}

    def new(said: Said) -> Doc:
        return _new_area(ids[str(said)], said)

    record["service_areas"] = rewritten(record.get("service_areas"), ours, read_area, new)
    if not ours:
        del record["service_areas"]


def _new_area(identity: str, said: Said) -> Doc:
    made: Doc = {"id": identity, "name": said["name"] or said["code"]}
    if said["level"] in LEVELS:
        made |= {"extent": said["code"], "extent_type": LEVELS[said["level"]]}
    return made
