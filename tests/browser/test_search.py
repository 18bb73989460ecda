"""The search of the console on a screen: by the keyboard, read by axe, in French and in Arabic."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from portal import clock, history
from portal.cases.opening import open_case
from portal.contacts.models import Message
from portal.database import db
from tests import make
from tests.browser.conftest import Opens
from tests.browser.looking import faults
from tests.portal.records.followed import take_up

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1280, 360])
def test_words_are_searched_by_the_keyboard_and_shown_where_they_stand(opens: Opens, width: int) -> None:
    make.topic()
    agent, person = make.staff(), make.citizen("Cantine Benali", phone="+33639980001")
    for days in range(1, 24):
        at = clock.now() - timedelta(days=days)
        row = make.contact("text", citizen_id=person.id, subject="Prix de la cantine", started_at=at)
        body = "السلام عليكم، cantine المدرسة" if days == 1 else "Bonjour, la cantine est-elle ouverte ?"
        db.session.add(
            Message(contact_id=row.id, direction="in", channel="text", body=body, state="received")
        )
        history.record("contact.begun", row, by=history.CITIZEN)
    open_case(row, by=agent.actor)
    take_up()
    page = opens(agent, viewport={"width": width, "height": 900})
    page.keyboard.press("/")
    page.keyboard.type("cantines")
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/found/*")
    assert "cantine" not in page.url
    expect(page.locator("main section h2")).to_have_text(["Affaires", "Échanges"])
    assert page.locator("mark").count() >= 20
    assert faults(page, f"console-found-{width}") == []
    page.get_by_role("link", name="La suite des échanges").click()
    expect(page.locator("main section li")).to_have_count(3)
