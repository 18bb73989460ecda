"""One Chromium for all the browser tests of a run, on SQLite: what a browser shows does not depend on the engine."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from portal.database import db
from portal.staff.models import Staff
from tests import make

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
Opens = Callable[..., Any]
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
    from playwright.sync_api import sync_playwright

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
def opens(app: Flask, chromium: Any, served: str) -> Iterator[Opens]:
    """Opens a browser page signed in as someone; whatever the page complains of fails the test."""
    complaints: list[str] = []

    def hear(said: str) -> None:
        if "status of 401" not in said:  # how Chromium tells of a session that ended, which is no fault
            complaints.append(said)

    def sign_in(person: Staff, **context: Any) -> Any:
        db.session.commit()
        page = chromium.new_context(base_url=served, locale="fr-FR", **context).new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: hear(said.text) if said.type == "error" else None)
        page.goto("/sign-in")
        page.get_by_label("Adresse e-mail").fill(person.email)
        page.get_by_label("Mot de passe").fill(make.PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    yield sign_in
    assert complaints == []
