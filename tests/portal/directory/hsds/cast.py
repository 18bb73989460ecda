"""Records of the specification made up, and files of them taken in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from portal.database import db
from portal.directory.hsds import files, reading, writing
from portal.directory.hsds.checking import shapes
from portal.directory.hsds.reading import Report
from portal.directory.models import Organization, Service

ORGANIZATION = {"id": "0b1f7a52-6f0c-4f6e-9d0a-000000000001", "name": "Département", "description": ""}


def record(**more: Any) -> dict[str, Any]:
    """A service as small as it may be."""
    identity = "0b1f7a52-6f0c-4f6e-9d0a-000000000002"
    return {"id": identity, "name": "Aide", "status": "active", "organization": dict(ORGANIZATION), **more}


def take_in(path: Path, told: list[tuple[str, str, bool]] | None = None) -> Report:
    """Imports as the command does."""
    said = [] if told is None else told
    report = Report(lambda place, why, refused: said.append((place, why, refused)))
    for batch in reading.batches(files.too_large(files.records(path)), report):
        reading.import_records(batch, report)
        db.session.commit()
        db.session.expunge_all()
    reading.join_parents(report)
    db.session.commit()
    db.session.expunge_all()
    return report


def take(folder: Path, *records: Any, told: list[tuple[str, str, bool]] | None = None) -> Report:
    """Imports these records as JSON Lines."""
    path = folder / "records.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in records))
    return take_in(path, told)


def said(identity: str | None = None) -> dict[str, Any]:
    """A service as it is exported, after a journey through JSON."""
    wanted = Service.hsds_id == identity if identity else Service.id.is_not(None)
    rows = writing.services(list(db.session.scalars(db.select(Service.id).where(wanted))))
    return plain(writing.service(rows[0], writing.Shelf(rows)))


def organization_said(identity: str) -> dict[str, Any]:
    row = db.session.scalars(db.select(Organization).filter_by(hsds_id=identity)).one()
    ids = db.session.scalars(db.select(Service.id).filter_by(organization_id=row.id).order_by(Service.id))
    rows = writing.services(list(ids))
    return plain(writing.organization_whole(row, writing.Shelf(rows, [row]), rows))


def plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


texts = st.text(max_size=12)
WORDS = {
    "@id": st.uuids().map(str),
    "@web": st.sampled_from(["https://a.example/x", "http://b.example", "pas une adresse", ""]),
    "@mail": st.sampled_from(["a@b.example", "personne", ""]),
    "@instant": st.sampled_from(["2023-03-15T10:30:45.123Z", "hier"]),
    "@date": st.sampled_from(["2026-12-24", "2005-01-01", "demain"]),
    "@number": st.one_of(st.integers(-5, 120), st.floats(-5, 120, allow_nan=False), texts),
    "@latitude": st.floats(-200, 200, allow_nan=False),
    "@longitude": st.floats(-200, 200, allow_nan=False),
    "@text": st.one_of(texts, st.sampled_from(["09:00", "9:30 AM", "18:00:00", "00:00", "MO,TU,SU", "fr"])),
}
LEFT_OUT = {("organization", "services"), ("service_at_location", "service")}
WRONG = st.one_of(st.none(), st.booleans(), st.integers(), st.just([]), st.just({}))


@st.composite
def records(draw: Any, noun: str, depth: int = 0) -> dict[str, Any]:
    """Any record of a noun: what it must have is there and right, the rest may be anything."""
    shape = shapes()[noun]
    made: dict[str, Any] = {"id": draw(WORDS["@id"])}
    for name, what in shape["fields"].items():
        needed = name in shape["required"] or (noun, name) == ("service", "organization")
        if name == "id" or (noun, name) in LEFT_OUT or not (needed or draw(st.integers(0, 3)) == 0):
            continue
        made[name] = draw(_values(what, depth, right=needed))
    if draw(st.integers(0, 3)) == 0:
        made["x_" + draw(st.sampled_from(["a", "b"]))] = draw(WRONG)
    return made


def _values(what: str, depth: int, *, right: bool) -> Any:
    if what.startswith("each "):
        inner = what.removeprefix("each ")
        good = st.just([]) if depth > 2 else st.lists(records(inner, depth=depth + 1), max_size=2)
    elif what in shapes():
        good = records(what, depth=depth + 1)
    elif what.startswith("@"):
        good = (
            WORDS[what]
            if not right or what != "@text"
            else st.text(min_size=1, max_size=12).filter(str.strip)
        )
    else:
        good = st.sampled_from(what.split("|"))
    return good if right else st.one_of(good, good, good, WRONG)
