"""The national directory as it is: imported whole, once, and asked for the offices of known cases."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from flask import Flask

from knowledge_base.analysis import fold
from portal.database import db
from portal.directory.finding.communes import which
from portal.directory.finding.offices import resolve
from portal.directory.finding.searching import COUNTED, find_services
from portal.directory.models import Organization, Service
from tests.real.folder import data_folder
from tests.real.slips import slip

COMMUNES = data_folder("decoupage-administratif")
OFFICES = data_folder("annuaire-services-publics-2017")
CASES = data_folder("orientation-locale") / "cas-dev.jsonl"
CONTACTS = data_folder("service-public-vosdroits") / "ou-s-adresser.json"
FEW = ("2A", "2B", "75", "90", "976")  # Corsica, arrondissements, a small one, overseas


def run(app: Flask, *arguments: str | Path) -> list[str]:
    db.session.commit()
    result = app.test_cli_runner().invoke(args=[str(one) for one in arguments])
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def few_departments(folder: Path) -> tuple[Path, Path]:
    """The communes and the offices of a few departments."""
    communes, offices = folder / "communes", folder / "offices"
    for made in (communes, offices):
        made.mkdir()
    listed = json.loads(gzip.decompress((COMMUNES / "communes.json.gz").read_bytes()))
    (communes / "communes.json").write_text(json.dumps([one for one in listed if one["departement"] in FEW]))
    (communes / "departements.json").write_bytes((COMMUNES / "departements.json").read_bytes())
    with gzip.open(OFFICES / "annuaire-2017-12.jsonl.gz", "rt", encoding="utf-8") as lines:
        kept = [line for line in lines if json.loads(line)["properties"]["departement"] in FEW]
    (offices / "annuaire-2017-12.jsonl").write_text("".join(kept), encoding="utf-8")
    return communes, offices


def answer(kind: str, commune: str) -> tuple[str, list[str]]:
    found = resolve(kind, commune)
    return found.answer, [one.service.slug for one in found.offices]


def test_a_few_departments_are_imported_once_and_resolve(app: Flask, tmp_path: Path) -> None:
    communes, offices = few_departments(tmp_path)
    run(app, "import-communes", communes)
    said = run(app, "import-directory", offices, "--contacts", CONTACTS)[-1]
    new = int(said.split()[0])
    assert new > 1300 and said == f"{new} new, 0 changed, 0 same, 0 kept, 0 refused"
    assert run(app, "import-directory", offices)[-1] == f"0 new, 0 changed, {new} same, 0 kept, 0 refused"
    expected = {
        ("mairie", "75056"): ["paris_mairie-75056-01"],
        ("mairie", "75115"): ["paris_mairie_arrondissement-75115-01"],
        ("prefecture", "75115"): ["paris_ppp-75104-01"],
        ("prefecture", "2B033"): ["prefecture-2B033-01"],
        ("mairie", "2A004"): ["mairie-2A004-01"],
        ("prefecture", "97611"): ["prefecture-97611-01"],
        ("mairie", "90010"): ["mairie-90010-01"],
    }
    for (kind, commune), slugs in expected.items():
        assert answer(kind, commune) == ("one", slugs)
    assert answer("gendarmerie", "90010")[0] == "several"
    found = resolve("notaire", "2A004")
    assert found.answer == "none" and found.national["url"].startswith("http")


@pytest.mark.whole
def test_the_whole_directory_is_imported_once_and_every_case_is_right(app: Flask) -> None:
    assert run(app, "import-communes", COMMUNES)[-1] == "37006 new, 0 changed, 0 same, 0 kept, 0 refused"
    first = "61112 new, 0 changed, 0 same, 0 kept, 0 refused"
    assert run(app, "import-directory", OFFICES, "--contacts", CONTACTS)[-1] == first
    again = "0 new, 0 changed, 61112 same, 0 kept, 0 refused"
    assert run(app, "import-directory", OFFICES, "--contacts", CONTACTS)[-1] == again
    assert db.session.scalar(db.select(db.func.count()).select_from(Organization)) == 61112
    with_hours = sum(bool(one) for one in db.session.scalars(db.select(Service.schedule)))
    assert with_hours > 54_000
    assert run(app, "evaluate-offices", CASES)[-1] == "501 of 501 right"
    assert find_services("mairie")[1] > COUNTED
    assert typed_with_slips() == Counter({"right": 2004})
    assert answer("mairie", "13203") == ("one", ["mairie-13202-01"])
    assert answer("mairie", "69383") == ("one", ["mairie-69383-01"])
    assert answer("maison_handicapees", "71076")[0] == "several"
    assert answer("ddpp", "61169") == ("one", ["ddcspp-61001-01"])


def typed_with_slips() -> Counter[str]:
    """Each case four times, by name with a random slip and no accents, and postcode: the office or the question."""
    chance, outcomes = Random(4), Counter[str]()
    for case in map(json.loads, CASES.read_text(encoding="utf-8").splitlines()):
        for _ in range(4):
            found = which(slip(fold(case["commune"]), chance), case["codes_postaux"][0])
            outcomes[
                "right" if case["code_insee"] in [one.code for one in found.candidates] else "wrong"
            ] += 1
    return outcomes
