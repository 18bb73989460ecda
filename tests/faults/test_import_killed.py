"""An import killed on its way goes on where it stopped, and the index follows."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from flask import Flask

from knowledge_base.search import Searcher
from portal.articles.models import Article
from portal.config import Settings
from portal.database import db
from portal.directory.models import (
    Location,
    Organization,
    Service,
    ServiceAtLocation,
    ServiceText,
)
from portal.jobs import Job
from tests.portal.directory.sources import directory, office
from tests.processes import CONTEXT, portal_of
from tests.until import until

GUIDES = 1500
OFFICES = 3000


def _load(settings: Settings, folder: Path) -> None:
    app = portal_of(settings)
    with app.app_context():
        app.test_cli_runner().invoke(args=["import-guides", str(folder)])


def _stored() -> int:
    count = db.session.scalar(db.select(db.func.count(Article.id))) or 0
    db.session.rollback()
    return count


@pytest.mark.slow
def test_an_import_killed_midway_loses_nothing_and_repeats_nothing(app: Flask, tmp_path: Path) -> None:
    for n in range(GUIDES):
        (tmp_path / f"guide-{n:04}.md").write_text(f"---\ntitle: Démarche numéro {n}\n---\n\nTexte {n}.")
    settings: Settings = app.extensions["settings"]
    process = CONTEXT.Process(target=_load, args=(settings, tmp_path))
    process.start()
    until(_stored, "the first of them")
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    midway = _stored()
    assert 0 < midway < GUIDES
    assert db.session.scalars(db.select(Job).filter_by(kind="reindex", state="waiting")).all()
    db.session.rollback()
    said = app.test_cli_runner().invoke(args=["import-guides", str(tmp_path)]).output
    assert said.splitlines()[-1] == f"{GUIDES - midway} new, 0 changed, {midway} same, 0 skipped, 0 gone"
    assert Searcher(settings.index_dir).find("démarche").total == GUIDES
    assert not db.session.scalars(db.select(Job).filter_by(kind="reindex", state="waiting")).all()


def _load_offices(settings: Settings, folder: Path) -> None:
    app = portal_of(settings)
    with app.app_context():
        app.test_cli_runner().invoke(args=["import-directory", str(folder)])


def _offices() -> int:
    count = db.session.scalar(db.select(db.func.count(Service.id))) or 0
    db.session.rollback()
    return count


@pytest.mark.slow
def test_an_import_of_the_directory_killed_midway_goes_on(app: Flask, tmp_path: Path) -> None:
    records = (office(f"phare-{n:05}-01") for n in range(10_000, 10_000 + OFFICES))
    folder = directory(tmp_path / "directory", *records)
    settings: Settings = app.extensions["settings"]
    process = CONTEXT.Process(target=_load_offices, args=(settings, folder))
    process.start()
    until(_offices, "the first of them")
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    midway = _offices()
    assert 0 < midway < OFFICES
    said = app.test_cli_runner().invoke(args=["import-directory", str(folder)]).output
    assert said.splitlines()[-1] == f"{OFFICES - midway} new, 0 changed, {midway} same, 0 kept, 0 refused"
    assert _offices() == OFFICES
    for table in (Organization, Location, ServiceAtLocation, ServiceText):
        assert db.session.scalar(db.select(db.func.count()).select_from(table)) == OFFICES
