"""Measuring referrals: the named sheet and its copies have no voice."""

import json
from pathlib import Path

from flask import Flask

from portal.articles import index
from portal.database import db
from tests import make


def test_the_sheet_that_is_named_and_its_copies_are_not_asked(app: Flask, tmp_path: Path) -> None:
    make.article("Passeport perdu", source_ref="F1", contacts=[{"kind": "caf", "title": "Caf"}], links=["F4"])
    make.article("Passeport perdu", source_ref="F2", contacts=[{"kind": "caf", "title": "Caf"}])
    make.article(
        "Passeport volé", source_ref="F3", contacts=[{"kind": "mairie", "title": "Mairie"}], links=["F1"]
    )
    make.article("Passeport", source_ref="F4", contacts=[{"kind": "prefecture", "title": "Préfecture"}])
    db.session.commit()
    index.rebuild(app.extensions["settings"].index_dir)
    asked = {"question": "Passeport perdu", "fiche_a_exclure_de_l_index": "F1"}
    cases = [
        {**asked, "services_pivots": right} for right in (["caf"], ["prefecture", "notaire"], ["mairie"])
    ]
    file = tmp_path / "cases.jsonl"
    file.write_text("\n".join(map(json.dumps, cases)), encoding="utf-8")
    said = app.test_cli_runner().invoke(args=["evaluate-referrals", str(file)])
    assert said.output.splitlines()[-1] == "first 0.33, three 0.67, of 3"
