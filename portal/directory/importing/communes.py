"""Departments, communes and postcodes, as INSEE and the post office list them (« découpage administratif »).

A part of a commune that bears the code of the whole is one of its names, not a commune: 584 communes of France are
so. A postcode of a commune that is no more goes to the one that took its place.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from portal.database import db
from portal.directory.finding.communes import renew
from portal.directory.importing.report import Report, Unreadable, file_in, read_json
from portal.directory.models import Commune, Department, Postcode
from portal.directory.names import name_key

BATCH = 400
TYPES = {
    "commune-actuelle": "current",
    "commune-deleguee": "delegated",
    "commune-associee": "associated",
    "arrondissement-municipal": "arrondissement",
}
COLUMNS = ("name", "department", "type", "parent", "population", "other_names", "former_codes")


class Row(NamedTuple):
    """A commune as it is to be stored, and its postcodes."""

    code: str
    values: dict[str, Any]
    postcodes: list[str]


def read_communes(folder: Path, report: Report) -> list[Row]:
    """What the files of the folder say of communes, those of one code brought together."""
    listed = file_in(folder, "communes.json.gz", "communes.json")
    if listed is None:
        raise Unreadable("ce dossier n’a pas de fichier communes.json")
    rows: dict[str, Row] = {}
    for record in sorted(read_json(listed), key=lambda one: one.get("type") != "commune-actuelle"):
        _add(rows, record, report)
    pairs = file_in(folder, "codes-postaux.json.gz", "codes-postaux.json")
    _add_postcodes(rows, read_json(pairs) if pairs else [], report)
    return list(rows.values())


def import_departments(folder: Path) -> None:
    """Each department's name and region."""
    listed = file_in(folder, "departements.json")
    for record in read_json(listed) if listed else []:
        db.session.merge(Department(code=record["code"], name=record["nom"], region=record.get("region", "")))


def import_communes(rows: Sequence[Row], report: Report) -> None:
    """Stores one batch of communes; adds to the report what became of each. The caller commits."""
    known, postcodes = _known([row.code for row in rows])
    new, changed, gained, lost = [], [], [], []
    for row in rows:
        stored = known.get(row.code)
        had = postcodes.get(row.code, set())
        key = {"code": row.code, "name_key": name_key(row.values["name"])}
        same = stored == row.values and had == set(row.postcodes)
        report.count("new" if stored is None else "same" if same else "changed")
        if stored is None:
            new.append({**key, **row.values})
        elif stored != row.values:
            changed.append({**key, **row.values})
        gained += [{"commune": row.code, "postcode": one} for one in row.postcodes if one not in had]
        lost += [(row.code, one) for one in had.difference(row.postcodes)]
    _write(new, changed, gained, lost)


def _add(rows: dict[str, Row], record: dict[str, Any], report: Report) -> None:
    code, name, kind = (str(record.get(field, "")) for field in ("code", "nom", "type"))
    if not re.fullmatch(r"\d[\dAB]\d{3}", code) or not name or kind not in TYPES:
        report.refuse(code or name or "?", f"ni code INSEE, ni nom, ni type connu : {code} {name} {kind}")
    elif code in rows:
        rows[code].values["other_names"].append(name)
    else:
        values = {
            "name": name,
            "department": record.get("departement", ""),
            "type": TYPES[kind],
            "parent": record.get("chefLieu") or record.get("commune") or "",
            "population": record.get("population") or 0,
            "other_names": [],
            "former_codes": sorted(record.get("anciensCodes", [])),
        }
        rows[code] = Row(code, values, list(record.get("codesPostaux", [])))


def _add_postcodes(rows: dict[str, Row], pairs: Iterable[dict[str, Any]], report: Report) -> None:
    successors = {old: row.code for row in rows.values() for old in row.values["former_codes"]}
    for pair in pairs:
        postcode, code = str(pair.get("codePostal", "")), str(pair.get("codeCommune", ""))
        row = rows.get(code) or rows.get(successors.get(code, ""))
        if row is None or not re.fullmatch(r"\d{5}", postcode):
            report.refuse(
                f"{postcode} {code}", f"code postal d’une commune inconnue : {pair.get('nomCommune', '')}"
            )
        elif postcode not in row.postcodes:
            row.postcodes.append(postcode)


def _known(codes: list[str]) -> tuple[dict[str, dict[str, Any]], dict[str, set[str]]]:
    """What is stored of these communes, and the postcodes of each."""
    columns = [getattr(Commune, name) for name in COLUMNS]
    query = db.select(Commune.code, *columns).where(Commune.code.in_(codes))
    known = {row.code: {name: getattr(row, name) for name in COLUMNS} for row in db.session.execute(query)}
    postcodes: dict[str, set[str]] = defaultdict(set)
    pairs = db.select(Postcode.commune, Postcode.postcode).where(Postcode.commune.in_(codes))
    for code, postcode in db.session.execute(pairs):
        postcodes[code].add(postcode)
    return known, postcodes


def _write(
    new: list[dict[str, Any]],
    changed: list[dict[str, Any]],
    gained: list[dict[str, str]],
    lost: list[tuple[str, str]],
) -> None:
    if not (new or changed or gained or lost):
        return
    if new:
        db.session.execute(db.insert(Commune), new)
    if changed:
        db.session.execute(db.update(Commune), changed)
    for code, postcode in lost:
        db.session.execute(db.delete(Postcode).filter_by(commune=code, postcode=postcode))
    if gained:
        db.session.execute(db.insert(Postcode), gained)
    renew(db.session)
