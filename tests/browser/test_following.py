"""A matter as its citizen and those who watch over it see it, on any screen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect

from portal import clock, history
from portal.cases import keeping
from portal.cases.due import clocks, escalating
from portal.cases.due.promising import give_up_promise
from portal.cases.models import Question
from portal.cases.opening import open_case, promise
from portal.contacts.models import Contact
from portal.contacts.recording import add_message
from portal.database import db
from tests import make
from tests.browser.conftest import Opens
from tests.browser.test_referrals import _opened, faults

pytestmark = pytest.mark.browser
LONG = "Des mots et encore des mots, comme on en écrit quand on est inquiet. " * 4


def a_long_matter() -> Contact:
    """Everything that a thread can show, at once."""
    make.organization(phone="+33199000010", email="accueil@ville.example")
    agent = make.staff(job_title="chargée d’accueil")
    used = make.identifier("email", "aicha@exemple.fr")
    contact = make.contact("web", identifier_id=used.id, subject=LONG[:190])
    add_message(contact, LONG)
    case = open_case(contact, by=history.CITIZEN)
    contact.answer, case.owner_id = LONG, agent.id
    db.session.add(Question(contact_id=contact.id, text="Et le tarif ?", answer=LONG))
    soon = clock.now() + timedelta(days=2)
    promise(contact, LONG, soon, by=agent.actor)
    give_up_promise(promise(contact, "Une visite", soon, by=agent.actor), LONG, by=agent.actor)
    keeping.wait_for(case, "Le bail signé, toutes les pages", by=agent.actor)
    return contact


def followed(app: Flask, chromium: Any, served: str, lang: str, **context: Any) -> Any:
    """A browser at the page of a long matter, which a code has just opened."""
    contact = a_long_matter()
    db.session.commit()
    window = chromium.new_context(base_url=served, locale=lang, **context)
    window.add_cookies([_opened(app, contact, served)])
    page = window.new_page()
    page.goto(f"/{lang}/requests/thread")
    return page


@pytest.mark.parametrize("lang", ["fr", "en", "ar"])
def test_a_citizen_reads_a_long_matter_on_any_screen(
    app: Flask, chromium: Any, served: str, lang: str
) -> None:
    assert faults(followed(app, chromium, served, lang), f"thread-{lang}") == []


@pytest.mark.parametrize("lang", ["fr", "en", "ar"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_citizen_follows_a_long_matter_without_scripts(
    app: Flask, chromium: Any, served: str, lang: str, width: int
) -> None:
    size = {"width": width, "height": 844}
    page = followed(app, chromium, served, lang, viewport=size, java_script_enabled=False)
    page.locator("#body").fill("Voici le bail.")
    with page.expect_navigation():  # to the same address
        page.locator("form:has(#body) .button").click()
    expect(page.locator(".said", has_text="Voici le bail.")).to_have_count(1)
    with page.expect_navigation():
        page.locator("form[action$=solved]:has([name=outcome]) .button").click()
    expect(page.locator("form[action$=reopened]")).to_have_count(1)


def test_what_comes_near_is_read_on_any_screen(opens: Opens) -> None:
    a_long_matter()
    agent = make.staff()
    other = open_case(make.contact("phone", subject=LONG[:150]), by=history.CITIZEN)
    other.owner_id = agent.id
    for one in clocks.clocks_of(other).values():
        one.due_at = clock.now() + timedelta(minutes=5)
    db.session.flush()
    for near in escalating.due_soon(agent.organization_id):
        escalating.tell(near)
    page = opens(agent)
    expect(page.get_by_role("heading", name="À faire avant qu’il soit trop tard")).to_have_count(1)
    assert faults(page, "near") == []
