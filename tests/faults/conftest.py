"""The stage, with its network, its server and its worker; all that the doors are asked is kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, request_finished
from sqlalchemy import event

from portal.database import db
from simulator import Running
from tests.faults.stage import Stage, made


@pytest.fixture
def silent_stage(app: Flask, telephone: Running, served: str, patient: None) -> Iterator[Stage]:
    """The stage without a worker: the test says when there is one."""
    stage = made(app, telephone)
    keepers = app.before_request_funcs.setdefault(None, [])
    keepers.insert(0, stage.keep_word)
    request_finished.connect(stage.keep_status, app)
    yield stage
    keepers.remove(stage.keep_word)
    request_finished.disconnect(stage.keep_status, app)


@pytest.fixture
def stage(silent_stage: Stage, worker: None) -> Stage:
    return silent_stage


@pytest.fixture
def patient(app: Flask) -> Iterator[None]:
    """Many words at once on a crowded disk: the second that SQLite's doors wait for is tried in test_spool."""
    engines = [engine for engine in db.engines.values() if engine.dialect.name == "sqlite"]

    def be_patient(connection: object, *_: object) -> None:
        connection.execute("PRAGMA busy_timeout=10000")  # type: ignore[attr-defined]

    for engine in engines:
        event.listen(engine, "checkout", be_patient)
    yield
    for engine in engines:
        event.remove(engine, "checkout", be_patient)
        engine.dispose()
