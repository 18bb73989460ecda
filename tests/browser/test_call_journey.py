"""A call of the network from its first ring to the end of its wrap-up, seen from the agent's console: the town is the
demo's, and its network, its server and its worker really run."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import expect

from simulator import Running
from tests.browser.visiting import Visit, sign_in_of
from tests.until import until

pytestmark = pytest.mark.browser
LINE, JEANNE, NADIA = "+33199000010", "+33199001011", "+33199000021"


@pytest.fixture
def visit(app: Flask, demo_town: Running, chromium: object, served: str) -> Visit:
    """Nadia at her console."""
    nadia = Visit(chromium, served)
    nadia.sign_in(*sign_in_of(app, "nadia"))
    return nadia


def test_an_agent_sees_who_calls_before_the_first_word(visit: Visit, demo_town: Running) -> None:
    page = visit.page
    page.get_by_role("button", name="Disponible").click()
    page.locator(".live-strip.available").wait_for()
    citizen, agent = demo_town.handset(JEANNE), demo_town.handset(NADIA)
    citizen.call(LINE)
    citizen.wait_to_be_asked("keys")
    citizen.press("0")
    agent.wait_for("ringing")
    page.locator(".ringing").wait_for()
    for words in ("Jeanne Kervella", "Personne vulnérable", "Démarcheur se disant de la mairie"):
        expect(page.locator(".ringing").get_by_text(words).first).to_be_visible()
    agent.answer()
    if not agent.with_whom():
        agent.press("1")
    agent.wait_to_be_with(JEANNE)
    page.locator(".live-strip.busy").wait_for()
    page.keyboard.press("s")
    page.wait_for_url(re.compile(r"/console/contacts/\d+$"))
    visit.look_on_any_screen("console-call")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_label("Note interne").fill("Rassurée : la police municipale passera")
    citizen.hang_up()
    page.locator(".live-strip.wrap_up").wait_for()
    visit.look("console-wrap-up")
    page.get_by_label("Comment l’échange s’est terminé").select_option("answered")
    page.get_by_role("button", name="Terminer").first.click()
    page.get_by_text("Échange terminé").first.wait_for()
    until(lambda: page.locator(".live-strip.available").count())
    visit.end()
