"""How a column and a part of a record say each other.

A lens reads out of a record what our column would hold of it, and writes a column into a record. A record that was
kept is said again as it stands as long as reading it gives what the columns have: so nothing is lost to our ways of
writing, and a column that somebody changed is said instead of what was kept.
"""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from portal.directory.hsds.checking import Doc
from portal.directory.hsds.ids import part_id

Read = Callable[[Doc], Any]
LARGEST_NUMBER, LONGEST_CODE = 10_000, 100


@dataclass(frozen=True, slots=True)
class Lens:
    name: str
    read: Read
    get: Callable[[Any], Any]
    set: Callable[[Any, Any], None]
    write: Callable[[Doc, Any, str], None]  # into a record, a value, for the row of this id
    # what reading it gave on other days, if it may differ
    earlier: Callable[[Doc], list[Any]] = lambda _record: []

    def says(self, record: Doc, value: Any) -> bool:
        """Whether this value is what the record says, or said on the day when it was read."""
        return bool(self.read(record) == value or value in self.earlier(record))


def fill(row: Any, record: Doc, lenses: Iterable[Lens]) -> None:
    """Gives a new row's columns what a record says."""
    for lens in lenses:
        lens.set(row, lens.read(record))


def take_in(row: Any, before: Doc, after: Doc, lenses: Iterable[Lens]) -> list[str]:
    """Gives a row's columns what `after` says. What was changed here since `before` stays, and is named."""
    stayed = []
    for lens in lenses:
        value, has = lens.read(after), lens.get(row)
        if has == value:
            continue
        if lens.says(before, has):
            lens.set(row, value)
        elif lens.read(before) != value:
            stayed.append(lens.name)
    return stayed


def say(row: Any, identity: str, lenses: Iterable[Lens]) -> Doc:
    """The record that was kept of this row, with what our columns say otherwise."""
    record = copy.deepcopy(dict(row.hsds))
    record["id"] = record.get("id") or identity
    for lens in lenses:
        value = lens.get(row)
        if not lens.says(record, value):
            lens.write(record, value, record["id"])
    return record


def column(name: str, key: str, read: Callable[[Any], Any], needed: bool = False) -> Lens:
    """A column that says one field; empty, it is left out of the record unless it is needed there."""

    def write(record: Doc, value: Any, _of: str) -> None:
        if value in ("", None) and not needed:
            record.pop(key, None)
        else:
            record[key] = value

    return Lens(
        name,
        lambda record: read(record.get(key)),
        lambda row: getattr(row, name),
        lambda row, value: setattr(row, name, value),
        write,
    )


def each(name: str, key: str, read: Callable[[Doc], Any], write_one: Callable[[Any], Doc], part: str) -> Lens:
    """A column that lists what the records of a field say."""

    def write(record: Doc, values: Any, of: str) -> None:
        record[key] = rewritten(
            record.get(key), values, read, lambda one: {"id": part_id(of, part, str(one)), **write_one(one)}
        )
        if not record[key]:
            del record[key]

    return Lens(
        name,
        lambda record: [value for one in dicts(record.get(key)) if (value := read(one))],
        lambda row: [dict(one) if isinstance(one, dict) else one for one in getattr(row, name)],
        lambda row, values: setattr(row, name, values),
        write,
    )


def rewritten(
    kept: Any, values: list[Any], read: Callable[[Doc], Any], new: Callable[[Any], Doc]
) -> list[Doc]:
    """A list of records that says `values`: those kept that say one already, and new ones for the rest."""
    known = [one for one in dicts(kept) if read(one)]
    made = []
    for value in values:
        same = next((one for one in known if read(one) == value), None)
        if same is None:
            made.append(new(value))
        else:
            known.remove(same)
            made.append(same)
    return made


def dicts(values: Any) -> list[Doc]:
    return [one for one in values if isinstance(one, dict)] if isinstance(values, list) else []


def listed(values: Any) -> list[Any]:
    return values if isinstance(values, list) else []


def code(value: Any) -> str:
    """A code that rows are found by: short, or it is none."""
    said = text(value)
    return said if len(said) <= LONGEST_CODE else ""


def text(value: Any) -> str:
    """A text as a column can hold it, without what no text has in it."""
    if not isinstance(value, str):
        return ""
    return re.sub(r"[\x00\ud800-\udfff]", "", value)


def web(value: Any) -> str:
    """An address that a page may link to."""
    said = text(value).strip()
    return said if said.lower().startswith(("https://", "http://")) else ""


def mail(value: Any) -> str:
    said = text(value).strip()
    return said if "@" in said and " " not in said else ""


def whole(value: Any) -> int | None:
    """A number of years, where it can be one."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return int(value) if value == int(value) and 0 <= value < LARGEST_NUMBER else None


def degrees(most: int) -> Callable[[Any], float | None]:
    def read(value: Any) -> float | None:
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > most:
            return None
        return float(value)

    return read


def some(*names: str) -> Callable[[Doc], Doc]:
    """Reads these fields of a record, those that it has."""

    def read(record: Doc) -> Doc:
        said = {name: _plain(record.get(name)) for name in names}
        return {name: value for name, value in said.items() if value not in (None, "")}

    return read


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else text(value)
