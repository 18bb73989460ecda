"""The hours of the real directory, and the cases whose answers are known."""

from __future__ import annotations

import gzip
import json
from typing import Any

from flask import Flask

from portal.commands.hours import evaluate_hours
from portal.database import db
from portal.directory.dila_hours import read_hours
from portal.directory.models import Organization, Service
from portal.directory.opening import check_schedule, read_slots, slots_text
from tests.real.folder import data_folder

DIRECTORY = data_folder("annuaire-services-publics-2017") / "annuaire-2017-12.jsonl.gz"
CASES = data_folder("horaires-ouverture") / "cas-dev.jsonl"


def offices() -> dict[str, Any]:
    with gzip.open(DIRECTORY, "rt", encoding="utf-8") as lines:
        return {one["id"]: one for line in lines for one in [json.loads(line)["properties"]]}


def test_every_case_is_right(app: Flask) -> None:
    known = offices()
    organization = Organization(slug="dila", name="Annuaire")
    db.session.add(organization)
    for name in {json.loads(line)["organisme"] for line in CASES.read_text(encoding="utf-8").splitlines()}:
        schedule, _refused = read_hours(known[name].get("Ouverture"))
        service = Service(slug=name, source="dila", source_id=name, schedule=schedule)
        service.organization = organization
        db.session.add(service)
    db.session.commit()
    told = app.test_cli_runner().invoke(evaluate_hours, [str(CASES)])
    assert told.output.splitlines()[-1] == "400 of 400 right"


def test_what_is_kept_of_every_office_can_be_shown_and_typed_again() -> None:
    read = 0
    for office in offices().values():
        schedule, _refused = read_hours(office.get("Ouverture"))
        assert check_schedule(schedule) == schedule
        assert all(read_slots(slots_text(slots)) == slots for slots in schedule.values())
        read += bool(schedule)
    assert read == 54_031  # 80 offices say nothing that can be believed
