"""On a telephone the content comes first: heads are low, the staff's navigation is folded, wide tables stay in their
box. What only programs should see is out of sight, of reach and of hearing."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect

from portal.database import db
from tests import make
from tests.browser.conftest import Opens

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}}
TWO_LINES = 112  # px: two rows of what a finger can press, and their margins


@pytest.mark.parametrize("lang", ["fr", "en", "ar"])
def test_the_head_of_public_pages_takes_two_lines_at_most(
    app: Flask, chromium: Any, served: str, lang: str
) -> None:
    make.organization(name="Mairie de Valbrune")
    db.session.commit()
    page = chromium.new_context(base_url=served, **PHONE).new_page()
    page.goto(f"/{lang}/topics")
    assert page.locator(".site-head").bounding_box()["height"] <= TWO_LINES
    expect(page.locator(".languages a")).to_have_count(2)
    expect(page.locator(".site-nav a").first).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_navigation_of_the_staff_opens_when_asked_with_or_without_scripts(
    app: Flask, opens: Opens, scripts: bool
) -> None:
    page = opens(make.staff("administrator"), java_script_enabled=scripts, **PHONE)
    navigation = page.get_by_role("navigation", name="Navigation principale")
    expect(navigation).to_have_count(0)
    assert page.locator("main").bounding_box()["y"] < 200
    page.get_by_text("Menu", exact=True).focus()
    page.keyboard.press("Enter")
    navigation.get_by_role("link", name="Délais de réponse").click()
    page.wait_for_url("**/admin/levels")
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(navigation).to_be_visible()
    expect(page.locator(".menu-fold")).to_be_hidden()


def test_keys_of_the_navigation_work_while_it_is_folded(app: Flask, opens: Opens) -> None:
    page = opens(make.staff("agent"), **PHONE)
    page.keyboard.press("d")
    page.wait_for_url("**/console/cases")


def test_what_only_programs_fill_in_is_met_by_nobody(app: Flask, chromium: Any, served: str) -> None:
    make.organization()
    db.session.commit()
    page = chromium.new_context(base_url=served, **PHONE).new_page()
    page.goto("/fr/requests/new?nature=report")
    trap = page.locator("#remarks")
    assert trap.get_attribute("autocomplete") == "off"
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    names = [node.get("name", {}).get("value", "") for node in tree["nodes"] if not node["ignored"]]
    assert "Votre message" in names and not any("Laissez ce champ vide" in name for name in names)
    seen = page.locator(".trap").evaluate(
        "node => [node.clientWidth, node.clientHeight, getComputedStyle(node).clipPath]"
    )
    assert seen == [1, 1, "inset(50%)"]
    page.locator("#name").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Envoyer"
