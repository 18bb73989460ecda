"""Records that cannot come in are told, one by one, and stop nobody else; files may be anything."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal.database import db
from portal.directory.models import Location, Organization, Service
from tests.portal.directory.hsds.cast import ORGANIZATION, record, take, take_in

Told = list[tuple[str, str, bool]]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"name": None}, "le nom (name) manque"),
        ({"name": " \n"}, "le nom (name) manque"),
        ({"name": 12}, "« name » n’est pas un texte"),
        ({"id": ""}, "l’identifiant (id) manque"),
        ({"id": "a\x00b"}, "l’identifiant ne peut pas en être un"),
        ({"status": "ouvert"}, "le statut « ouvert » n’existe pas"),
        ({"status": None}, "le statut (status) manque"),
        ({"organization": None}, "son organisme (organization) manque"),
        ({"organization": "Mairie"}, "son organisme (organization) manque"),
        ({"x": float("nan")}, "ce n’est pas du JSON"),
        ({"x": json.loads("[" * 40 + "]" * 40)}, "niveaux"),
        ({"x": [0] * 60_000}, "valeurs"),
    ],
)
def test_what_keeps_a_record_out_is_said_and_the_others_come_in(
    app: Flask, tmp_path: Path, wrong: dict[str, Any], why: str
) -> None:
    told: Told = []
    other = record(id="autre", name="Autre")
    report = take(tmp_path, record(**wrong), other, told=told)
    refused = [said for _, said, out in told if out]
    assert len(refused) == 1 and why in refused[0]
    assert db.session.scalars(db.select(Service.hsds_id)).all() == ["autre"]
    assert report.counts["record", "refused"] == 1


@pytest.mark.parametrize(
    ("strange", "why"),
    [
        ({"email": "personne"}, "« email » n’est pas une adresse électronique"),
        ({"email": False}, "« email » n’est pas un texte : « false »"),
        ({"url": "exemple"}, "« url » n’est pas une adresse du web"),
        ({"assured_date": "2026-12-24 ou plus tard"}, "« assured_date » n’est pas une date"),
        ({"assured_date": "hier"}, "« assured_date » n’est pas une date"),
        ({"phones": [{"id": "x"}]}, "« phones 1 » : le numéro (number) manque"),
        ({"phones": "0199000001"}, "« phones » n’est pas une liste"),
    ],
)
def test_what_is_only_strange_is_kept_and_said(
    app: Flask, tmp_path: Path, strange: dict[str, Any], why: str
) -> None:
    told: Told = []
    take(tmp_path, record(**strange), told=told)
    assert any(why in said and not out for _, said, out in told)
    row = db.session.scalars(db.select(Service)).one()
    assert (row.email, row.url, row.phone) == ("", "", "")


def test_a_latitude_out_of_range_is_kept_and_not_used(app: Flask, tmp_path: Path) -> None:
    place = {"id": "l", "location_type": "physical", "latitude": 100, "longitude": 1}
    told: Told = []
    take(tmp_path, record(service_at_locations=[{"id": "p", "location": place}]), told=told)
    assert any("n’est pas entre -90 et 90 : « 100 »" in why for _, why, _ in told)
    row = db.session.scalars(db.select(Location)).one()
    assert (row.latitude, row.longitude) == (None, 1)


def test_the_same_id_said_otherwise_is_told_and_the_first_holds(app: Flask, tmp_path: Path) -> None:
    told: Told = []
    take(tmp_path, record(alert="Un"), record(alert="Deux", fees="Rien"), told=told)
    assert [why for _, why, _ in told] == [
        "dit deux fois, et autrement la seconde (alert) : la première vaut"
    ]
    row = db.session.scalars(db.select(Service)).one()
    assert row.alert == "Un" and row.hsds["fees"] == "Rien"


def test_an_organization_may_come_before_or_after_what_belongs_to_it(app: Flask, tmp_path: Path) -> None:
    child = {**ORGANIZATION, "parent_organization_id": "haut"}
    take(tmp_path, child, {"id": "haut", "name": "Haut", "description": "x"})
    take(tmp_path, record(organization=None, organization_id=ORGANIZATION["id"]))
    rows = {row.name: row for row in db.session.scalars(db.select(Organization))}
    assert rows["Département"].parent_id == rows["Haut"].id
    assert db.session.scalars(db.select(Service)).one().organization_id == rows["Département"].id


def test_two_services_of_one_name_have_each_their_address(app: Flask, tmp_path: Path) -> None:
    take(tmp_path, record(), record(id="b"), record(id="c"))
    slugs = db.session.scalars(db.select(Service.slug)).all()
    assert len(set(slugs)) == 3 and "aide" in slugs


def test_pages_lists_folders_and_archives_are_read(app: Flask, tmp_path: Path) -> None:
    page = {"total_items": 1, "contents": [record(), 3]}
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "a.json").write_text(json.dumps(page))
    (folder / "b.json").write_text(json.dumps([record(id="b")]), encoding="utf-8-sig")
    (folder / "c.jsonl").write_text(json.dumps(record(id="c")) + "\n\n[1]\n{")
    (folder / "d.json").write_bytes(b"\xff\xfe")
    (folder / "e.json").write_text("[" * 100_000)
    (folder / "f.json").write_text('"x"')
    (folder / "g.txt").write_text("rien")
    told: Told = []
    assert take_in(folder, told).counts["service", "new"] == 3
    assert [(place, why) for place, why, out in told if out] == [
        ("a.json, fiche 2", "ce n’est pas une fiche"),
        ("c.jsonl, ligne 3", "ce n’est pas une fiche"),
        ("c.jsonl, ligne 4", "ce n’est pas du JSON (ligne 1)"),
        ("d.json", "ce n’est pas du texte en UTF-8"),
        ("e.json", "c’est imbriqué trop profondément"),
        ("f.json", "ce n’est ni une fiche, ni une liste de fiches"),
    ]
    archive = tmp_path / "set.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for file in sorted(folder.iterdir()):
            made.write(file, file.name)
    assert take_in(archive).counts["service", "same"] == 3


def test_a_line_without_end_is_passed_over(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.directory.hsds.files.LONGEST_LINE", 1_000)
    told: Told = []
    report = take(tmp_path, record(alert="x" * 5_000), record(id="b"), told=told)
    assert told[0][1] == "cette ligne est trop longue" and report.counts["service", "new"] == 1
