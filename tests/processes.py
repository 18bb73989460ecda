"""Other processes of the portal, for a test to kill: each is forked from one that has read the portal's code once."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess

from flask import Flask

from portal.config import Settings

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["portal.app", "tests.conftest"])


@contextmanager
def a_worker(app: Flask) -> Iterator[BaseProcess]:
    """A worker of this portal in a process of its own, killed at the end if it still lives."""
    process = CONTEXT.Process(target=_work, args=(app.extensions["settings"],))
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def portal_of(settings: Settings) -> Flask:
    """This portal in another process, as it is in this one."""
    from portal.app import create_app
    from tests.databases import wait_patiently, write_without_waiting

    app = create_app(settings)
    write_without_waiting(app)
    wait_patiently(app)
    return app


def _work(settings: Settings) -> None:
    app = portal_of(settings)
    with app.app_context():
        app.test_cli_runner().invoke(args=["work"], catch_exceptions=False)
