"""Kinds of service as the national directory lists them, and the national contact of each that its sheets name."""

from __future__ import annotations

import csv
from functools import partial
from pathlib import Path
from typing import Any

from portal.database import db
from portal.directory.finding.kinds import given
from portal.directory.importing.parts import compare, digests_of
from portal.directory.importing.report import KEPT, Report, opened, read_json
from portal.directory.models import Kind, SourceRecord

SOURCE = "dila-kinds"
PARTS = {
    "names": "noms",
    "level": "étendue",
    "answered_by": "types qui le remplacent",
    "national": "contact national",
    "look_for": "qui chercher",
}


def import_kinds(listed: Path | None, contacts: Path | None, report: Report) -> None:
    """The kinds of `pivots.csv`, with the contacts of `ou-s-adresser.json` where it is given.

    What our own file says of a kind comes before what the source calls it; a kind that somebody edited here stays.
    """
    said: dict[str, dict[str, Any]] = {}
    if listed is not None:
        with opened(listed) as file:
            said |= {row["pivot"]: {"name": row["libelle"]} for row in csv.DictReader(file) if row["pivot"]}
    for contact in _first_of_each(contacts):
        kind = said.setdefault(contact["pivot"], {})
        kind["name"] = contact["titre"]
        kind["national"] = _national(contact)
    known = {row.code: row for row in db.session.scalars(db.select(Kind))}
    for code, words in said.items():
        _store(code, words, known, report)


def _store(code: str, words: dict[str, Any], known: dict[str, Kind], report: Report) -> None:
    row, record = known.get(code), db.session.get(SourceRecord, (SOURCE, code))
    wanted = given(code)
    if words.get("name"):
        wanted.names = {"fr": words["name"], **wanted.names}
    national = words.get("national") or (row.national if row else {})
    wanted.national = wanted.national or national
    digests = digests_of({name: getattr(wanted, name) for name in PARTS})
    if row is None:
        db.session.add(wanted)
        db.session.add(SourceRecord(source=SOURCE, source_id=code, digests=digests))
        report.count("new")
        return
    if record is None:  # somebody made this kind here first
        report.count("kept")
        return
    difference = compare(record.digests, digests, partial(getattr, row))
    for name in difference.written:
        setattr(row, name, getattr(wanted, name))
    record.digests = difference.digests
    report.count("changed" if difference.written else "kept" if difference.kept else "same")
    if difference.kept:
        report.tell(code, KEPT.format(", ".join(PARTS[name] for name in difference.kept)))


def _first_of_each(contacts: Path | None) -> list[dict[str, Any]]:
    """The contact that most sheets name, for each kind."""
    listed = [one for one in read_json(contacts) if one.get("pivot")] if contacts else []
    listed.sort(key=lambda one: -int(one.get("nb_fiches", 0)))
    return list({one["pivot"]: one for one in reversed(listed)}.values())


def _national(contact: dict[str, Any]) -> dict[str, Any]:
    said = {"title": contact.get("titre"), "url": contact.get("url"), "text": contact.get("texte")}
    return {name: value for name, value in said.items() if value}
