"""By the keyboard: whatever can be done has a key and is found by its name; the keys can be turned off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect
from werkzeug.routing import Rule

from portal import clock
from portal.cases.models import Case, Macro
from portal.cases.opening import open_case, promise
from portal.database import db
from portal.staff.models import Staff
from tests import make
from tests.browser.conftest import Opens
from tests.browser.looking import faults
from tests.portal.cases.matters import case_of

pytestmark = pytest.mark.browser

WITHOUT_KEY = """async () => {
  const keys = await import("/static/js/keys.js");
  const known = new Set(keys.actions().map(({ node }) => node));
  const all = [...document.querySelectorAll("button, a.button, summary")].filter(keys.shown);
  const without = all.filter((node) => !known.has(node) && !node.disabled && node.tabIndex >= 0);
  return without.map((node) => node.outerHTML.slice(0, 120));
}"""


def pages(app: Flask, things: dict[str, int]) -> Iterator[str]:
    """Every page of the console that these things fill."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("console.") and "GET" in (rule.methods or ()) and _fits(rule, things):
            yield str(rule.build({name: things[name] for name in rule.arguments})[1])


def _fits(rule: Rule, things: dict[str, int]) -> bool:
    fragments = ("_now", "waiting", "messages", "now", "attachment", "recording")
    return rule.arguments <= things.keys() and not rule.endpoint.endswith(fragments)


def test_every_button_of_every_page_has_a_key_and_is_in_the_palette(app: Flask, opens: Opens) -> None:
    agent = make.staff("supervisor", may_open_protected=True)
    person = make.citizen("Aïcha Benali", phone="+33639980001")
    contact = make.contact(
        "web", state="in_progress", agent_id=agent.id, citizen_id=person.id, subject="Haie"
    )
    case = open_case(contact, by=agent.actor)
    promise(contact, "Rappeler", clock.now() + timedelta(hours=1), by=agent.actor)
    make.contact("text", subject="Cantine")
    case_of("Trottoir", owner_id=agent.id)
    page = opens(agent)
    things = {"contact_id": contact.id, "citizen_id": person.id, "case_id": case.id}
    wrong, seen = {}, 0
    for path in pages(app, things):
        answer = page.request.get(path)
        if answer.status != 200 or "<html" not in answer.text()[:200]:
            continue
        page.goto(path)
        seen += 1
        without = page.evaluate(WITHOUT_KEY)
        if without:
            wrong[path] = without
    assert wrong == {} and seen > 12


def test_the_palette_finds_pages_actions_and_people(app: Flask, opens: Opens) -> None:
    agent, person = make.staff(), make.citizen("Aïcha Benali", phone="+33639980001")
    case_of("Trottoir cassé", owner_id=agent.id)
    page = opens(agent)
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Une page ou une action")
    field.press_sequentially("affai")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    assert faults(page, "palette") == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/cases")
    page.get_by_text("Trottoir cassé").wait_for()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Une page ou une action").press_sequentially("0639980001")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/console/citizens/{person.id}")
    expect(page.get_by_role("heading", level=1, name=person.name)).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)


def collected(subject: str, **does: Any) -> tuple[Staff, Case, Macro]:
    """An agent, a case of theirs, a macro that may be run on it and one that may not."""
    agent = make.staff()
    case = case_of(subject, owner_id=agent.id)
    of = {"organization_id": case.organization_id}
    macro = make._add(Macro(name="Collecte manquée", about="Le camion repasse", does=does, **of))
    make._add(Macro(name="Collecte promise", does={"promise": "Repasser", "promise_days": 2}, **of))
    return agent, case, macro


def test_a_macro_of_the_open_case_is_found_and_run_by_the_keyboard_alone(app: Flask, opens: Opens) -> None:
    agent, case, _ = collected("Bac jaune", priority="high", checks=["Passage demandé"])
    page = opens(agent, f"/console/cases/{case.id}")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Une page ou une action").press_sequentially("collecte")
    expect(page.locator("[data-palette] [role=option]")).to_have_text(["Macro : Collecte manquée"])
    assert faults(page, "palette-macros") == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Collecte manquée")).to_be_visible()
    page.keyboard.press("t")
    page.wait_for_url(f"**/console/cases/{case.id}")
    expect(page.get_by_text("Passage demandé", exact=True)).to_be_visible()


def test_the_palettes_page_has_the_macros_of_the_case_without_scripts(app: Flask, opens: Opens) -> None:
    agent, case, macro = collected("Bac jaune", priority="high")
    page = opens(agent, f"/console/cases/{case.id}", java_script_enabled=False)
    page.get_by_role("link", name="Commandes").click()
    expect(page.get_by_role("heading", name="Macros de l’affaire")).to_be_visible()
    expect(page.get_by_role("link", name="Collecte promise")).to_have_count(0)
    page.get_by_role("link", name="Collecte manquée").click()
    page.wait_for_url(f"**/console/cases/{case.id}/macros/{macro.id}")


def test_keys_of_several_signs_and_keys_that_are_turned_off(app: Flask, opens: Opens) -> None:
    agent = make.staff()
    contact = make.contact("web", state="in_progress", agent_id=agent.id, subject="Haie")
    db.session.commit()
    page = opens(agent)
    page.keyboard.type("h1")
    page.wait_for_url(f"**/contacts/{contact.id}")
    page.keyboard.press("d")
    page.wait_for_url("**/console/cases")
    page.keyboard.type("g3")
    page.wait_for_url("**/console/cases?view=late")
    page.keyboard.press("?")
    expect(page.locator("[data-shortcut-help] dd", has_text="En retard")).to_be_visible()
    page.get_by_label("Raccourcis actifs").uncheck()
    page.get_by_role("button", name="Fermer").click()
    page.keyboard.press("a")
    page.wait_for_timeout(300)
    assert page.url.endswith("view=late")


def test_the_palettes_page_works_without_scripts(app: Flask, opens: Opens) -> None:
    make.citizen("Aïcha Benali", phone="+33639980001")
    page = opens(make.staff(), java_script_enabled=False)
    page.get_by_role("link", name="Commandes").click()
    page.wait_for_url("**/console/commands")
    page.locator("main").get_by_label("Numéro, e-mail, nom ou référence").fill("Benali")
    page.get_by_role("button", name="Chercher parmi les citoyens").first.click()
    page.get_by_role("link", name="Aïcha Benali").wait_for()
