"""The commands: what they say, and that an export comes in again."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask

from portal.commands.hsds import export_hsds, import_hsds
from portal.database import db
from portal.directory.models import Service
from tests import make
from tests.portal.directory.hsds.cast import record


def test_the_directory_goes_out_and_comes_in_again(app: Flask, tmp_path: Path) -> None:
    make.service("caf"), make.organization("seule")
    db.session.commit()
    path = tmp_path / "annuaire.jsonl"
    said = app.test_cli_runner().invoke(export_hsds, [str(path)])
    assert said.exit_code == 0 and "2 records written" in said.output
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [one["name"] for one in lines] == ["CAF", "Seule"] and lines[0]["organization"]["id"]
    again = app.test_cli_runner().invoke(import_hsds, [str(path)])
    assert again.exit_code == 0 and "2 records taken, 0 refused" in again.output
    assert len(db.session.scalars(db.select(Service)).all()) == 1
    second = tmp_path / "encore.jsonl"
    app.test_cli_runner().invoke(export_hsds, [str(second)])
    assert second.read_text() == path.read_text()


def test_what_was_wrong_is_said_where_it_stood(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    path.write_text(json.dumps({"contents": [record(), record(id="b", name="")]}))
    said = app.test_cli_runner().invoke(import_hsds, [str(path)])
    assert "refused: page.json, fiche 2, le service : le nom (name) manque" in said.output
    assert "services: 1 new, 0 changed, 0 same" in said.output and "1 records taken, 1 refused" in said.output
