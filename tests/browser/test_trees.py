"""Menus and scripts in a browser: read by axe on a wide and a narrow screen, and a script followed in place."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import expect

from portal.database import db
from portal.lines import menus
from portal.scripts.models import ScriptPath
from tests import make
from tests.browser.conftest import Opens
from tests.browser.test_admin_content import unfolded
from tests.portal.scripts import cast

pytestmark = pytest.mark.browser

PERSON = {"do": "queue", "queue": "accueil", "topic": "", "says": {"fr": "Un instant."}}
MENU = {
    "do": "choose",
    "says": {"fr": "Dites ou tapez votre choix."},
    "choices": [
        {"key": "1", "label": {"fr": "Un passeport", "ar": "جواز السفر"}, "words": {"fr": ["passeport"]},
         "then": {"do": "say", "says": {"fr": "Sur rendez-vous."}, "then": {"do": "text", "text": {"fr": "Voici."}}}},
        {"key": "2", "label": {"fr": "Autre"}},
        {"key": "0", "label": {"fr": "Une personne"}, "then": PERSON},
    ],
}  # fmt: skip


def written() -> dict[str, str]:
    """A menu with an error, a script, a queue, calls; and the address of each page."""
    queue, line, made = make.queue(), make.line(), cast.script()
    make.service("gendarmerie")
    menus.draft(line, MENU, make.staff("administrator").actor)
    made_by = make.staff(phone="sip:nadia@pbx.example")
    where = f"/admin/lines/{line.id}"
    return {
        "lines": "/admin/lines",
        "line": where,
        "line-settings": f"{where}/settings",
        "line-texts": f"{where}/texts",
        "line-hours": f"{where}/hours",
        "emergency": f"{where}/emergency",
        "recording": f"{where}/recording",
        "menu": f"{where}/menu",
        "menu-arabic": f"{where}/menu?language=ar",
        "menu-step": f"{where}/menu/step?at=1",
        "menu-new-step": f"{where}/menu/step?at=2",
        "menu-choice": f"{where}/menu/choice?key=1",
        "menu-version": f"{where}/menu/versions/1",
        "queues": "/admin/queues",
        "queue": f"/admin/queues/{queue.id}",
        "teams": "/admin/teams",
        "team": "/admin/teams/new",
        "member": f"/admin/staff/{made_by.id}",
        "planning": "/admin/planning",
        "scripts": "/admin/scripts",
        "script": f"/admin/scripts/{made.id}",
        "script-step": f"/admin/scripts/{made.id}/steps/1",
        "script-trial": f"/admin/scripts/{made.id}/trial?way=1",
        "script-settings": f"/admin/scripts/{made.id}/settings",
    }


def test_every_page_can_be_read_and_filled_in_by_everybody(app: Flask, opens: Opens) -> None:
    places, person = written(), make.staff("administrator")
    page = opens(person)
    assert [fault for name, path in places.items() for fault in unfolded(page, name, path)] == []


def test_a_script_is_followed_in_place_and_the_note_begun_is_not_lost(app: Flask, opens: Opens) -> None:
    agent = make.staff()
    make.service("gendarmerie")
    cast.script()
    contact = make.contact("counter", state="in_progress", agent_id=agent.id)
    page = opens(agent, f"/console/contacts/{contact.id}")
    page.get_by_label("Note interne").fill("Affolée")
    if page.get_by_role("button", name="Carte perdue").is_hidden():
        page.locator("#script summary").click()
    page.get_by_role("button", name="Carte perdue").click()
    page.get_by_role("button", name="Volée").click()
    page.get_by_text("Portez plainte d’abord.").wait_for()
    assert page.evaluate("document.activeElement.id") == "script"
    expect(page.get_by_label("Note interne")).to_have_value("Affolée")
    page.get_by_role("button", name="Changer").click()
    page.get_by_role("button", name="Perdue", exact=True).click()
    page.get_by_text("Vous la déclarerez").wait_for()
    db.session.expire_all()
    (step,) = db.session.scalars(db.select(ScriptPath)).one().steps
    assert step["answer"] == "Perdue"
