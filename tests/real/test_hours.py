"""The hours of the real directory, and the cases whose answers are known."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from flask import Flask

from portal.commands.hours import evaluate_hours
from portal.database import db
from portal.directory.hours.dila_hours import read_hours
from portal.directory.hours.opening import check_schedule, read_slots, slots_text
from portal.directory.models import Organization, Service
from tests.real.folder import data_folder

DIRECTORY = data_folder("annuaire-services-publics-2017") / "annuaire-2017-12.jsonl.gz"
CASES = data_folder("horaires-ouverture") / "cas-dev.jsonl"


def offices(every: int = 1) -> Iterator[dict[str, Any]]:
    """What the directory says of each office, or of one in so many."""
    with gzip.open(DIRECTORY, "rt", encoding="utf-8") as lines:
        for line in islice(lines, 0, None, every):
            yield json.loads(line)["properties"]


def named(names: set[str]) -> dict[str, dict[str, Any]]:
    """What it says of these offices."""
    with gzip.open(DIRECTORY, "rt", encoding="utf-8") as lines:
        ours = [line for line in lines if line.partition('"id":"')[2].partition('"')[0] in names]
    return {one["id"]: one for line in ours for one in [json.loads(line)["properties"]]}


def test_every_case_is_right(app: Flask) -> None:
    known = named({json.loads(line)["organisme"] for line in CASES.read_text(encoding="utf-8").splitlines()})
    organization = Organization(slug="dila", name="Annuaire")
    db.session.add(organization)
    for name, said in known.items():
        schedule, _refused = read_hours(said.get("Ouverture"))
        service = Service(slug=name, source="dila", source_id=name, schedule=schedule)
        service.organization = organization
        db.session.add(service)
    db.session.commit()
    told = app.test_cli_runner().invoke(evaluate_hours, [str(CASES)])
    assert told.output.splitlines()[-1] == "400 of 400 right"


@pytest.mark.parametrize(
    ("every", "with_hours"), [(20, 2_702), pytest.param(1, 54_031, marks=pytest.mark.whole)]
)
def test_what_is_kept_of_every_office_can_be_shown_and_typed_again(every: int, with_hours: int) -> None:
    read = 0
    for office in offices(every):
        schedule, _refused = read_hours(office.get("Ouverture"))
        assert check_schedule(schedule) == schedule
        assert all(read_slots(slots_text(slots)) == slots for slots in schedule.values())
        read += bool(schedule)
    assert read == with_hours  # of the whole, 80 offices say nothing that can be believed
