"""What citizens see, read by axe in two languages on a wide and a narrow screen; the search box under the keyboard."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect

from portal.articles import index
from portal.articles.models import Document, DocumentFile
from portal.database import db
from portal.directory.models import HelpNumber
from tests import make
from tests.browser.looking import faults

pytestmark = pytest.mark.browser
PLACES = {
    "home": "/",
    "search": "/search?q=carte",
    "danger": "/search?q=je+veux+mourir",
    "nothing": "/search?q=xqzptv",
    "article": "/articles/identite",
    "document": "/documents/guide",
    "service": "/services/caf",
    "topic": "/topics/etat-civil",
    "follow": "/requests/follow",
    "accessibility": "/accessibility",
    "calling": "/calling",
    "how-we-refer": "/how-we-refer?topic=any",
}


@pytest.fixture
def browser(app: Flask, chromium: Any, served: str) -> Any:
    _town(app)
    return chromium


def _town(app: Flask) -> None:
    make.organization(phone="+33199000010", email="accueil@une-adresse-longue.ville.example")
    week = {day: [["08:30", "12:00"], ["13:30", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    far = {
        "email": "accueil-des-allocataires@caisse-dallocations.example",
        "address": "1 rue de la Monnaie, Orvange",
    }
    make.service("caf", schedule=week, deaf_relay_url="https://relais.example", **far)
    topic = make.topic(descriptions={"fr": "Papiers"})
    body = "## Où\n\nEn mairie.\n\n| Âge | Prix |\n|---|---|\n| 3 ans | 2 € |"
    make.article(
        slug="identite", body=body, topic=topic, contacts=[{"service": "caf"}], summary="Sur rendez-vous."
    )
    document = Document(slug="guide", title="Carte du tri", topic=topic)
    document.files = [DocumentFile(format="pdf", name="guide.pdf", size=2048, sha256="0", without_text=True)]
    db.session.add_all([document, HelpNumber(number="3114", labels={"fr": "Prévention du suicide"})])
    db.session.commit()
    index.rebuild(app.extensions["settings"].index_dir)
    app.extensions["searcher"].refresh()


@pytest.mark.parametrize(("lang", "width"), [("fr", 1280), ("ar", 320)])
def test_every_page_can_be_read_by_everybody(browser: Any, served: str, lang: str, width: int) -> None:
    page = browser.new_page(base_url=served, viewport={"width": width, "height": 900})
    wrong = {}
    for name, path in PLACES.items():
        page.goto(f"/{lang}{path}")
        wrong[name] = faults(page, f"{name}-{lang}-{width}")
    assert {name: found for name, found in wrong.items() if found} == {}


def test_a_question_is_completed_chosen_and_answered_with_the_keyboard(browser: Any, served: str) -> None:
    page = browser.new_page(base_url=served)
    page.goto("/fr/")
    page.locator("#q").focus()
    page.keyboard.type("refaire", delay=20)
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#q")).to_have_attribute("aria-activedescendant", re.compile("."))
    assert faults(page, "suggestions") == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/fr/search?q=*")
    page.get_by_role("link", name="Refaire une carte d’identité").click()
    page.get_by_role("heading", level=1, name="Refaire une carte d’identité").wait_for()


def test_a_request_is_corrected_and_sent_with_the_keyboard(browser: Any, served: str) -> None:
    page = browser.new_page(base_url=served, viewport={"width": 390, "height": 844})
    page.goto("/fr/requests/new")
    assert faults(page, "request-what") == []
    with page.expect_navigation():  # its scripts hear what is typed
        page.get_by_role("button", name="Continuer").press("Enter")
    page.get_by_label("De quoi s’agit-il").press_sequentially("carte d’identité")
    page.get_by_role("link", name="Refaire une carte d’identité").wait_for()
    page.get_by_label("Comment vous répondre").fill("aicha@exemple.fr")
    page.keyboard.press("Enter")
    page.locator(".error-summary:focus").wait_for()
    assert faults(page, "request-errors") == []
    page.get_by_label("Votre message").fill("Faut-il une photo ?")
    page.get_by_role("button", name="Envoyer").click()
    page.wait_for_url("**/fr/requests/receipt")
    assert faults(page, "receipt") == []
    page.get_by_role("button", name="Recevoir un code").click()
    page.wait_for_url("**/fr/requests/code")
    assert faults(page, "code") == []
