"""The specification's own examples, and the sets of Open Referral UK: nothing is lost, what lacks is told."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker

from portal.commands.directory import import_directory
from portal.commands.hsds import all_records
from portal.database import db
from portal.directory.hsds import writing
from portal.directory.models import ServiceAtLocation
from tests.databases import empty
from tests.portal.directory.hsds.cast import organization_said, plain, said, take, take_in
from tests.real.folder import data_folder
from tests.snapshot import load_demo_town

HSDS = data_folder("hsds")
EXAMPLES, GOOD, BAD = (
    HSDS / "specification/examples",
    HSDS / "oruk-3.0/V3.0-UK-Test",
    HSDS / "oruk-3.0/V3.0-UK-Fail",
)


def read(path: Any) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def validator(noun: str) -> Draft202012Validator:
    with gzip.open(HSDS / f"specification/schema/compiled/{noun}.json.gz") as file:
        return Draft202012Validator(json.load(file), format_checker=FormatChecker())


@pytest.mark.parametrize("folder", [EXAMPLES, GOOD], ids=["specification", "oruk"])
def test_a_whole_service_goes_out_as_it_came_in(app: Flask, folder: Any) -> None:
    one = read(folder / "service_full.json")
    take_in(folder / "service_full.json")
    assert said() == one
    assert {what for _, what in take_in(folder / "service_full.json").counts} == {"same"}


@pytest.mark.parametrize("folder", [EXAMPLES, GOOD], ids=["specification", "oruk"])
def test_a_whole_organization_goes_out_as_it_came_in(app: Flask, folder: Any) -> None:
    one = read(folder / "organization_full.json")
    take_in(folder / "organization_full.json")
    assert organization_said(one["id"]) == one


@pytest.mark.parametrize("folder", [EXAMPLES, GOOD], ids=["specification", "oruk"])
def test_a_whole_service_at_a_location_goes_out_as_it_came_in(app: Flask, folder: Any) -> None:
    one = read(folder / "service_at_location_full.json")
    take_in(folder / "service_at_location_full.json")
    row = db.session.scalars(db.select(ServiceAtLocation)).one()
    services = writing.services([row.service_id])
    shelf = writing.Shelf(services)
    made = writing.service_at_location(row, shelf)
    assert plain({**made, "service": writing.service(services[0], shelf, places_too=False)}) == one


def test_all_of_the_correct_set_comes_in(app: Flask) -> None:
    told: list[tuple[str, str, bool]] = []
    report = take_in(GOOD, told)
    refused = [(place, why) for place, why, out in told if out]
    assert [place for place, _ in refused] == ["api_details.json"]
    assert report.counts["service", "new"] == report.counts["location", "new"] == 1


def test_the_set_made_to_fail_is_told_what_it_lacks(app: Flask) -> None:
    told: list[tuple[str, str, bool]] = []
    take_in(BAD, told)
    refused = {place: why for place, why, out in told if out}
    kept = {(place.partition(",")[0], why) for place, why, out in told if not out}
    for n in range(1, 5):
        assert refused[f"service_list.json, fiche {n}, le service"] == "le nom (name) manque"
    assert refused["taxonomy_term.json, le terme « name »"] == "la description (description) manque"
    for file, why in (
        ("service_full.json", "« email » n’est pas une adresse électronique : « email-example_com »"),
        ("service_full.json", "« url » n’est pas une adresse du web : « example/counselling »"),
        ("service_list.json", "« email » n’est pas un texte : « 12345 »"),
        ("taxonomy_term.json", "« term_uri » n’est pas une adresse du web : « example_com »"),
    ):
        assert (file, why) in kept


def test_the_town_is_exported_as_the_schemas_ask(app: Flask, run: Path, tmp_path: Path) -> None:
    load_demo_town(app, run)
    valid = {"service": validator("service"), "organization": validator("organization")}
    exported = [plain(one) for one in all_records()]
    assert len(exported) > 5
    for one in exported:
        noun = "service" if "organization" in one else "organization"
        assert [error.message for error in valid[noun].iter_errors(one)] == []
    take(tmp_path, *exported)
    assert [plain(one) for one in all_records()] == exported


def test_offices_are_exported_as_the_schemas_ask_and_come_in_again_the_same(
    app: Flask, tmp_path: Any
) -> None:
    with gzip.open(data_folder("annuaire-services-publics-2017") / "annuaire-2017-12.jsonl.gz", "rt") as file:
        some = [line for n, line in enumerate(file) if n % 1000 == 7]
    offices = tmp_path / "offices.jsonl.gz"
    with gzip.open(offices, "wt") as file:
        file.writelines(some)
    done = app.test_cli_runner().invoke(import_directory, [str(offices)])
    assert done.exit_code == 0, done.output
    exported = [plain(one) for one in all_records()]
    assert len(exported) == len(some)
    valid = validator("service")
    assert [error.message for one in exported for error in valid.iter_errors(one)] == []
    empty()
    take(tmp_path, *exported)
    assert [plain(one) for one in all_records()] == exported
