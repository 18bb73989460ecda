"""The console in a real browser: by the keyboard alone, with and without scripts, and read by axe on two screens."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from portal.cases.opening import open_case
from portal.citizens.models import Citizen, Flag
from portal.contacts.models import Contact, Message
from portal.database import db
from portal.referrals.models import ReferralRule, RuleVersion
from tests import make
from tests.browser.conftest import Opens
from tests.browser.haste import in_haste, wait_for
from tests.browser.looking import on_any_screen

pytestmark = pytest.mark.browser
NUMBER = "+33639980001"


def waiting_text() -> Contact:
    used = make.identifier("phone", NUMBER)
    contact = make.contact("text", identifier_id=used.id, subject="Cantine", queue_id=make.queue().id)
    said = {"direction": "in", "channel": "text", "state": "received"}
    db.session.add(Message(contact_id=contact.id, body="Comment payer la cantine ?", **said))
    service = make.service("caf")
    rule = ReferralRule(organization_id=contact.organization_id, slug="cantine")
    version = RuleVersion(rule=rule, number=1, state="published", service_id=service.id)
    version.conditions, version.explanations = {"words": ["cantine"]}, {"fr": "C’est la CAF."}
    db.session.add_all([rule, version])
    return contact


def test_a_contact_is_entered_by_hand_with_the_keyboard_alone(opens: Opens) -> None:
    make.topic()
    page = opens(make.staff())
    page.keyboard.press("n")
    page.wait_for_url("**/contacts/new")
    page.keyboard.type("06 39 98 00 01")
    page.locator("#person-nobody").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")  # a new person
    page.keyboard.press("Tab")
    page.keyboard.type("Omar Nouveau")
    page.keyboard.press("Tab")
    page.keyboard.type("Horaires de la piscine")
    page.keyboard.press("Enter")
    page.get_by_text("C’est enregistré.").wait_for()
    contact = db.session.scalars(db.select(Contact)).one()
    assert (contact.subject, contact.state) == ("Horaires de la piscine", "wrapped_up")
    assert contact.citizen is not None and contact.citizen.name == "Omar Nouveau"


def test_a_contact_is_taken_answered_and_wrapped_up_by_its_keys(opens: Opens) -> None:
    contact = waiting_text()
    page = opens(make.staff())
    page.keyboard.press("1")
    page.wait_for_url(f"**/contacts/{contact.id}")
    page.get_by_label("Réponse, que la personne lira", exact=False).first.fill("Par carte, au guichet.")
    with page.expect_navigation():
        page.get_by_role("button", name="Envoyer au citoyen").click()
    page.get_by_text("en attente d’envoi").wait_for()
    page.get_by_role("button", name="Orienter vers").click()  # in place: nothing is sent yet
    expect(page.get_by_label("Pourquoi ce service")).to_have_value("C’est la CAF.")
    page.get_by_label("Chercher une réponse").press_sequentially("xqzptv")
    page.locator("#articles").get_by_text("Aucune fiche ne répond").wait_for()
    page.get_by_label("Note interne").fill("Rappelle si besoin")
    page.locator("h1").click()
    page.keyboard.press("t")
    page.get_by_role("heading", name="Échange terminé").wait_for()
    db.session.expire_all()
    ended = db.session.get_one(Contact, contact.id)
    assert (ended.disposition, ended.note) == ("referred", "Rappelle si besoin")


def test_enter_in_a_field_never_does_another_act(opens: Opens) -> None:
    contact, person = waiting_text(), make.citizen("Aïcha Benali", phone=NUMBER, name_key="aicha benali")
    page = opens(make.staff(), java_script_enabled=False)
    page.get_by_role("button", name="Prendre").first.click()
    page.wait_for_url(f"**/contacts/{contact.id}")
    page.get_by_label("Note interne").fill("Ma note")
    page.get_by_label("Chercher une réponse").fill("piscine")
    page.get_by_label("Chercher une réponse").press("Enter")
    page.wait_for_url("**/look")
    expect(page.get_by_label("Note interne")).to_have_value("Ma note")
    db.session.expire_all()
    kept = db.session.get_one(Contact, contact.id)
    assert (kept.state, kept.citizen_id) == ("in_progress", None)
    assert db.session.get_one(Citizen, person.id).version == person.version


@pytest.mark.parametrize("scripts", [True, False])
def test_words_looked_for_stand_in_no_address_and_are_found_again(opens: Opens, scripts: bool) -> None:
    page, asked = opens(make.staff(), java_script_enabled=scripts), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/console/search")
    field = page.get_by_label("Mots de la question")
    field.press_sequentially("la carte de Benali")
    if scripts:
        page.locator("#articles").get_by_text("Aucune fiche").wait_for()
    field.press("Enter")
    page.wait_for_url(re.compile("/console/search/."))
    page.goto("/console/")
    page.go_back()
    expect(field).to_have_value("la carte de Benali")
    page.reload()
    expect(field).to_have_value("la carte de Benali")
    assert not [one for one in asked if "Benali" in one]


def test_the_desk_shows_who_comes_without_being_asked(opens: Opens) -> None:
    page = in_haste(opens, make.staff())
    page.goto("/console/")
    page.get_by_text("Personne n’attend").wait_for()
    waiting_text()
    db.session.commit()
    wait_for(page, page.get_by_text("Cantine").first.is_visible)


def test_axe_finds_nothing_and_nothing_overflows(opens: Opens) -> None:
    contact, person = waiting_text(), make.citizen("Aïcha Benali", phone=NUMBER)
    other = make.contact("web", citizen_id=person.id, certainty="confirmed", subject="Une affaire")
    open_case(other, by=make.staff().actor)
    protected = make.citizen("Inès Secret", protected=True)
    db.session.add(Flag(citizen_id=person.id, kind="interpreter"))
    supervisor = make.staff("supervisor")
    contact.agent_id, contact.state = supervisor.id, "in_progress"
    page = opens(supervisor)
    paths = [
        f"contacts/{contact.id}",
        f"contacts/{other.id}",
        "contacts/new",
        "citizens",
        "search",
        "readings",
    ]
    paths += [f"citizens/{person.id}", f"citizens/{person.id}/edit", ""]
    for path in paths:
        page.goto(f"/console/{path}")
        assert on_any_screen(page, f"console-{path.replace('/', '-')}") == []
    assert page.request.get(f"/console/citizens/{protected.id}").status == 403
