"""One Chromium for all the browser tests of a run, on SQLite: what a browser shows does not depend on the engine."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal.database import db
from portal.staff.models import Staff
from simulator import Running
from tests.browser.entering import enter
from tests.snapshot import load_demo_town

# The first is Chromium without its windows and services: a context of its own takes a third of the work.
KINDS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, KINDS)), None)
Opens = Callable[..., Any]
NO_FAULTS = (401, 422)  # a session that ended, a form shown again: Chromium tells of them too
PATIENCE_MS = 60_000  # what is expected is waited for as long as what is clicked
HOME = {"agent": "/console/", "supervisor": "/console/", "administrator": "/admin/", "editor": "/admin/"}
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest.fixture(scope="session")
def _browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not here")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def chromium(_browser: Any) -> Iterator[Any]:
    """The browser, without a window of any test before."""
    yield _browser
    for context in _browser.contexts:
        context.close()


@pytest.fixture
def demo_town(app: Flask, run: Path, telephone: Running, request: pytest.FixtureRequest) -> Running:
    """The demo town as `make run` loads it; its network and, once it is loaded, its worker really run."""
    load_demo_town(app, run)
    request.getfixturevalue("worker")
    return telephone


@pytest.fixture
def opens(app: Flask, chromium: Any, served: str) -> Iterator[Opens]:
    """Opens a page of a browser in which someone is signed in, at first their home; whatever the page complains of
    fails the test."""
    complaints: list[str] = []

    def hear(said: str) -> None:
        if not any(f"status of {one}" in said for one in NO_FAULTS):
            complaints.append(said)

    def open_page(person: Staff, at: str = "", **context: Any) -> Any:
        db.session.commit()
        window = chromium.new_context(base_url=served, locale="fr-FR", **context)
        window.set_default_timeout(PATIENCE_MS)
        enter(app, window, served, person)
        page = window.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: hear(said.text) if said.type == "error" else None)
        page.goto(at or HOME[person.role])
        return page

    yield open_page
    assert complaints == []
