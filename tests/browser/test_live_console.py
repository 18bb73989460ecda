"""A console that stays open: what rings is on its screen without a reload, and what is typed behind it stays."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import expect

from portal.cases.opening import open_case
from portal.citizens.models import Flag
from portal.contacts.models import Contact
from portal.contacts.recording import add_message
from portal.database import db
from portal.desk import offering, places, presence
from portal.desk.models import Queue, queue_agents
from portal.staff.models import Staff
from tests import make
from tests.browser.conftest import Opens
from tests.browser.looking import faults
from tests.until import until

pytestmark = pytest.mark.browser
NUMBER = "+33639980001"


@pytest.fixture
def queue(app: Flask) -> Queue:
    return make.queue("accueil", name="Accueil général")


@pytest.fixture
def agent(queue: Queue) -> Staff:
    person = make.staff(phone="+33199000021")
    db.session.execute(db.insert(queue_agents).values(queue_id=queue.id, staff_id=person.id))
    citizen = make.citizen("Jeanne Kervella", phone=NUMBER)
    past = make.contact("web", citizen_id=citizen.id, certainty="confirmed", subject="Dossier de logement")
    open_case(past, by=person.actor)
    db.session.add(Flag(citizen_id=citizen.id, kind="vulnerable"))
    return person


def call(queue: Queue) -> Contact:
    contact = make.contact(identifier_id=make.identifier("phone", NUMBER).id, line="+33199000010")
    places.stand_in_line(contact, queue)
    db.session.commit()
    return contact


def pick_up(agent: Staff) -> None:
    live = offering.live_for(agent.id)
    held = offering.hold_offer(live.id) if live else None
    assert held is not None and offering.accept(held)
    db.session.commit()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_call_from_its_ring_to_the_end_of_its_wrap_up(
    opens: Opens, agent: Staff, queue: Queue, width: int
) -> None:
    page = opens(agent, viewport={"width": width, "height": 900})
    page.get_by_role("button", name="Disponible").click()
    page.locator(".live-strip.available").wait_for()
    page.goto("/console/search")
    page.evaluate("window.neverReloaded = true")
    page.locator("#q").fill("une question à moitié")
    assert faults(page, f"live-search-{width}") == []
    contact = call(queue)
    page.get_by_role("heading", name="Appel pour vous").wait_for()
    for words in (
        "Jeanne Kervella",
        "Dossier de logement",
        "Personne vulnérable",
        "Décrochez votre téléphone",
    ):
        expect(page.locator(".ringing").get_by_text(words).first).to_be_visible()
    until(lambda: page.title().startswith("☎"))
    assert page.locator("[data-live-said]").inner_text().strip().startswith("☎ Appel : Jeanne")
    assert faults(page, f"live-ringing-{width}") == []
    pick_up(agent)
    page.locator(".live-strip.busy").wait_for()
    until(lambda: not page.title().startswith("☎"))
    expect(page.locator("#q")).to_have_value("une question à moitié")
    assert page.evaluate("window.neverReloaded")
    page.locator("h1").click()
    page.keyboard.press("s")
    page.wait_for_url(f"**/contacts/{contact.id}")
    page.get_by_label("Note interne").fill("Elle rappelle")
    presence.begin_wrap_up(agent.id, queue, contact)
    db.session.commit()
    page.locator(".live-strip.wrap_up").wait_for()
    first = page.locator("[data-left]").inner_text()
    assert re.fullmatch(r"(0 min [345]\d|1 min 00) s", first)
    until(lambda: page.locator("[data-left]").inner_text() != first)
    assert faults(page, f"live-wrap-up-{width}") == []
    page.get_by_role("button", name="Encore 1 minute").click()
    until(lambda: page.locator("[data-left]").inner_text().startswith("1 min"))
    page.get_by_role("button", name="Je suis disponible").click()
    page.locator(".live-strip.available").wait_for()
    expect(page.get_by_label("Note interne")).to_have_value("Elle rappelle")


def test_a_call_is_refused_by_its_key_and_goes_to_a_colleague(
    opens: Opens, agent: Staff, queue: Queue
) -> None:
    presence.choose(agent, "available")
    page = opens(agent)
    contact = call(queue)
    page.locator(".ringing").wait_for()
    page.keyboard.press("x")
    page.locator(".live-strip.break").wait_for()
    place = places.of(contact.id)
    db.session.expire_all()
    assert place is not None and place.state == "waiting"
    expect(page.get_by_text("sonne chez")).to_have_count(0)


def test_a_message_comes_into_an_open_contact_and_what_is_typed_stays(
    opens: Opens, agent: Staff, queue: Queue
) -> None:
    used = make.identifier("phone", NUMBER)
    contact = make.contact("text", identifier_id=used.id, state="in_progress", agent_id=agent.id)
    page = opens(agent, f"/console/contacts/{contact.id}")
    page.get_by_label("Réponse, que la personne lira", exact=False).first.fill("Je vous réponds tout de")
    add_message(contact, "Encore une chose")
    db.session.commit()
    page.get_by_text("Encore une chose").wait_for()
    answer = page.get_by_label("Réponse, que la personne lira", exact=False).first
    expect(answer).to_have_value("Je vous réponds tout de")
    assert page.evaluate("document.activeElement.id") == "body"


def test_signing_out_in_one_tab_ends_the_others_and_loses_nothing_typed(opens: Opens, agent: Staff) -> None:
    contact = make.contact("web", state="in_progress", agent_id=agent.id, subject="Cantine")
    page = opens(agent, f"/console/contacts/{contact.id}")
    page.get_by_label("Note interne").fill("Une note à garder")
    other = page.context.new_page()
    other.goto("/console/")
    other.get_by_role("button", name="Se déconnecter").click()
    page.get_by_text("Votre session est terminée").wait_for()
    expect(page.get_by_label("Note interne")).to_have_value("Une note à garder")
