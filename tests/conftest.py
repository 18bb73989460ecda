"""A migrated application on each engine, emptied after each test; a worker that does what waits; a fixed cast."""

from __future__ import annotations

import fcntl
import gc
import os
import shutil
import threading
from collections.abc import Callable, Generator, Iterator
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck
from hypothesis import settings as examples
from jinja2 import FileSystemBytecodeCache
from werkzeug.serving import WSGIRequestHandler, make_server

from knowledge_base.search import Searcher
from portal import jobs
from portal.app import create_app
from portal.config import Settings, read_settings
from portal.database import db, reads_only
from portal.telephony import senders
from portal.work import loop
from simulator import Running, start
from simulator import Settings as NetworkSettings
from tests import databases, locks
from tests.page import InspectingClient
from tests.ports import free_port

ENGINES = ("sqlite", "postgresql")
CALLS_PER_SECOND = 20.0  # an account that the network trusts: nobody waits a second for the next call

# An example may take as long as a slow machine needs; the database is asked by many of one test. They are others at
# each run, and there are many runs: each need not try many.
examples.register_profile("patient", max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
examples.load_profile("patient")

WAITING = {"faults", "journeys"}
# what all their tests share takes seconds to make
MADE_ONCE = ("tests/real/test_documents.py", "tests/test_architecture.py")
MADE_ONCE_EACH = ("tests/portal/test_who_sees_what.py",)  # what those of the same parameters share


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that mostly wait are spread among the files of those that compute: no processor is idle meanwhile, and
    the last to begin are short."""
    groups: dict[bool, list[pytest.Item]] = {True: [], False: []}
    for item in items:
        groups[item.path.parent.name in WAITING].append(item)
    begins: dict[Path, int] = {}
    places = [(0.9 * n / len(groups[True]), item) for n, item in enumerate(groups[True])]
    for n, item in enumerate(groups[False]):  # a file is not cut: what its tests share is made once
        places.append((begins.setdefault(item.path, n) / len(groups[False]), item))
    items[:] = [item for _, item in sorted(places, key=lambda place: place[0])]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests that mostly wait go to the first worker that is free. Of the others, those of a file and an engine stay
    together: one worker learns the statements and pages that they have in common, not each worker for itself. (xdist's
    own groups are not kept under this pytest, and nothing says so.)"""
    from xdist.scheduler import LoadScopeScheduling

    class Sharing(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            path, _, test = nodeid.partition("::")
            if path.split("/")[-2] in WAITING:
                return nodeid
            if path in MADE_ONCE_EACH:
                return path + test.partition("[")[2]
            of = [engine for engine in ENGINES if engine in test and path not in MADE_ONCE]
            return path + "".join(of)

    config.option.loadscopereorder = False  # in the order of their collection, not those of long files first
    return Sharing(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """The first worker collects alone: what it has compiled, the others find. A fresh clone has nothing of it."""
    with Path(__file__).open() as turn:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(turn, fcntl.LOCK_SH)
        gc.disable()  # hardly anything of it is rubbish
        try:
            return (yield)
        finally:
            gc.enable()


def pytest_collection_finish() -> None:
    """What was imported and collected lives as long as the run: no collection of rubbish need look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder that all workers of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
def postgresql(run: Path, worker_id: str) -> str:
    """The address of a migrated PostgreSQL database."""
    given = os.environ.get("RELAIS_TEST_DATABASE_URL")
    folder = run / "migrating-postgresql"
    if given:
        databases.migrate(settings_for(folder, DATABASE_URL=given))
        return given
    return databases.postgresql_database(
        run, worker_id, lambda address: settings_for(folder, DATABASE_URL=address)
    )


def settings_for(folder: Path, **more: str) -> Settings:
    """Demo settings whose every file is under `folder`, on ports of their own."""
    own = {"PORT": free_port(), "SIMULATOR_PORT": free_port(), "RELAIS_DATA_DIR": str(folder)}
    return read_settings({**own, "TWILIO_CALLS_PER_SECOND": str(CALLS_PER_SECOND), **more})


class Client(InspectingClient):
    """Each request in a context of its own, as a server gives it: it sees what the test has made, and only that;
    the test then sees what the door has done. Its pages are inspected (tests/page.py)."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        db.session.commit()
        answer = Context().run(super().open, *args, **kwargs)
        db.session.expire_all()
        return answer


def _made(settings: Settings, templates: Path) -> Flask:
    app = create_app(settings)
    app.config["TESTING"] = True
    app.test_client_class = Client
    app.config["RELAIS_LIMITS"] = False  # one address, many tests
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(templates))
    databases.write_without_waiting(app)
    databases.wait_patiently(app)
    with app.app_context():
        for engine in db.engines.values():
            locks.keep_order(engine)
    return app


@pytest.fixture(scope="session")
def applications(
    tmp_path_factory: pytest.TempPathFactory, run: Path, request: pytest.FixtureRequest
) -> Callable[[str], Flask]:
    """Makes the application of an engine once, when a test first needs it."""
    made: dict[str, Flask] = {}
    templates = run / "templates"
    templates.mkdir(exist_ok=True)

    def application(engine: str) -> Flask:
        if engine not in made:
            folder, more = tmp_path_factory.mktemp(engine), {}
            if engine == "postgresql":
                more["DATABASE_URL"] = request.getfixturevalue("postgresql")
            else:
                databases.sqlite_file(run, folder, settings_for)
            made[engine] = _made(settings_for(folder, **more), templates)
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
    databases.empty()
    db.session.remove()
    settings: Settings = app.extensions["settings"]
    for folder in (settings.index_dir, settings.files_dir):
        shutil.rmtree(folder, ignore_errors=True)
    # neither the index, the town, the lists nor what is kept of an earlier test may be remembered
    app.extensions["searcher"] = Searcher(settings.index_dir)
    app.extensions.pop("drawn", None)
    app.extensions.pop("kept", None)


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
        patience=5,  # slow machines press keys late; where silence is what counts, see `silence`
        step_s=0.01,
        hold_s=0.1,
        calls_per_second=CALLS_PER_SECOND,
    )
    with start(network, port=settings.simulator_port) as running:
        yield running


class KeepsOn(WSGIRequestHandler):
    """Connections are kept, as a real server keeps them: the files of a page took thirty threads."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """The application behind a real server, at the address the network and browsers know."""
    settings: Settings = app.extensions["settings"]
    server = make_server("127.0.0.1", settings.port, app, threaded=True, request_handler=KeepsOn)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield settings.public_base_url
    server.shutdown()
    thread.join(60)
    server.server_close()


@pytest.fixture
def worker(app: Flask) -> Iterator[None]:
    """A worker that goes on working while the test does something else."""
    stop = threading.Event()
    thread = threading.Thread(target=loop.run, args=(app,), kwargs={"stop": stop}, daemon=True)
    thread.start()
    yield
    stop.set()
    if db.engine.dialect.name == "postgresql":  # it listens, for a second at a time
        db.session.execute(jobs.WAKE)
        db.session.commit()
    thread.join(60)
