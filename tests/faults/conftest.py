"""The stage, with its network, its server and its worker; all that the doors are asked is kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, request_finished

from simulator import Running
from tests.faults.haste import in_a_hurry
from tests.faults.stage import Stage, made


@pytest.fixture
def silent_stage(app: Flask, telephone: Running, served: str) -> Iterator[Stage]:
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
def hurried(app: Flask) -> Iterator[Flask]:
    """The same portal, as hurried as in production."""
    with in_a_hurry(app.extensions["settings"]) as hurried:
        yield hurried
