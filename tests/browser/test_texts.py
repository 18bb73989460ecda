"""Texts in a real browser: counted as the server counts, shortened at a click, and no answer asked in vain."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect

from portal import jobs
from portal.contacts.models import Contact, Message, Template
from portal.database import db
from portal.jobs import Job
from portal.telephony import alerts
from portal.telephony.models import Sender
from tests import make
from tests.browser.conftest import Opens
from tests.browser.looking import faults, on_any_screen
from tests.browser.visiting import Visit
from tests.network import LINE, NUMBER

pytestmark = pytest.mark.browser
CASES = json.loads((Path(__file__).parents[1] / "portal/telephony/text_cases.json").read_text("utf-8"))
WIDTHS = (1280, 360)
DEAR = "Votre demande d’inscription à l’hôpital de jour est reçue. Nous vous écrivons bientôt."
JUDGE = """async (texts) => {
  const { count, propose, asksForReply } = await import("/static/js/sms-count.js");
  return texts.map((text) => ({ text, ...count(text), proposal: propose(text), asks: asksForReply(text) }));
}"""


def thread(agent_id: int) -> Contact:
    used = make.identifier("phone", NUMBER)
    contact = make.contact("text", identifier_id=used.id, line=LINE, state="in_progress", agent_id=agent_id)
    told = {"contact_id": contact.id, "channel": "text"}
    db.session.add(Message(direction="in", body="Où en est mon dossier ?", state="received", **told))
    db.session.add(Message(direction="out", body="Il arrive.", state="undelivered", error="30003", **told))
    return contact


def test_the_browser_counts_proposes_and_warns_as_the_server_does(opens: Opens) -> None:
    page = opens(make.staff())
    assert page.evaluate(JUDGE, [case["text"] for case in CASES]) == CASES


def test_a_shorter_wording_is_taken_and_an_answer_nobody_can_give_is_not_asked(opens: Opens) -> None:
    agent = make.staff()
    make.line(LINE)
    awake = {"quiet_from": "00:00", "quiet_until": "00:00", "quiet_days": False}
    town = agent.organization_id
    db.session.add(Sender(number=LINE, organization_id=town, kind="one_way", name="Mairie", **awake))
    db.session.add(
        Template(
            organization_id=town, slug="rdv", name="Rendez-vous", texts={"fr": "Le {date}, {organization}."}
        )
    )
    contact = thread(agent.id)
    page = opens(agent, f"/console/contacts/{contact.id}")
    field = page.get_by_label("Réponse, que la personne lira", exact=False).first
    field.fill(DEAR)
    page.get_by_text("2 SMS. Caractères coûteux : ’ ô ç").wait_for()
    page.get_by_text("1 SMS de moins").wait_for()
    assert faults(page, "console-composer") == []
    page.get_by_role("button", name="Prendre ce texte").click()
    page.get_by_text("86 caractères, 1 SMS.").wait_for()
    assert "hopital" in field.input_value()
    expect(page.get_by_text("semble demander une réponse")).to_be_hidden()
    field.fill("Viendrez-vous lundi ? Répondez OUI.")
    page.get_by_text("semble demander une réponse").wait_for()
    assert faults(page, "console-composer-one-way") == []
    field.fill("")
    page.get_by_text("Insérer une réponse préparée").click()
    page.get_by_label("Ou dans la liste").select_option("Rendez-vous")
    with page.expect_navigation():
        page.get_by_role("button", name="Insérer").click()
    expect(page.get_by_label("Réponse, que la personne lira")).to_have_value("Le {date}, Mairie.")


def test_a_text_in_arabic_is_told_what_a_part_holds_not_its_letters(opens: Opens) -> None:
    page = opens(make.staff("administrator"), "/admin/templates/new")
    page.get_by_label("Texte en arabe").fill("موعدكم يوم الاثنين")
    told = page.locator("#texts-ar-count")
    expect(told).to_have_text(
        "18 caractères, 1 SMS. Texte en arabe : 70 caractères par SMS, 67 s’il en faut plusieurs."
    )
    page.get_by_label("Texte en français").fill("Dossier reçu")
    expect(page.locator("#texts-fr-count")).to_have_text("12 caractères, 1 SMS. Caractères coûteux : ç")


def test_writing_first_is_readable_on_any_screen(opens: Opens) -> None:
    agent = make.staff()
    make.line(LINE)
    db.session.add(Sender(number=LINE, organization_id=agent.organization_id))
    person, used = make.citizen("Aïcha Benali", phone=NUMBER), make.identifier("phone", NUMBER)
    page = opens(agent, f"/console/texts/new?citizen_id={person.id}&identifier_id={used.id}")
    page.get_by_label("Message", exact=False).first.fill(DEAR)
    page.get_by_text("1 SMS de moins").wait_for()
    assert on_any_screen(page, "console-write-first", WIDTHS) == []
    page.goto(f"/console/citizens/{person.id}")
    page.get_by_role("link", name="Écrire un SMS").last.wait_for()
    assert on_any_screen(page, "console-citizen-texts", WIDTHS) == []


def test_the_administration_of_texts_is_readable_on_any_screen(
    app: Flask, served: str, chromium: Any
) -> None:
    boss, line = make.staff("administrator"), make.line(LINE)
    texts = {"fr": DEAR + " Le {date}.", "ar": "يوم {date}"}
    row = Template(organization_id=boss.organization_id, slug="rdv", name="Rendez-vous", texts=texts)
    db.session.add(row)
    alerts.alert("texts:sender", "Le plafond de SMS de l’organisme est atteint.")
    jobs.enqueue("send_text", {"message": 1}, dedupe_key="message:1")
    job = db.session.scalars(db.select(Job).filter_by(kind="send_text")).one()
    job.state, job.last_error = "quarantined", "Unsure"
    db.session.commit()
    visit = Visit(chromium, served)
    visit.enter(app, boss)
    for name, address in (
        ("templates", "/admin/templates"),
        ("template", f"/admin/templates/{row.id}"),
        ("senders", "/admin/senders"),
        ("sender", f"/admin/senders/{line.id}"),
        ("set-aside", "/admin/set-aside"),
    ):
        visit.page.goto(address)
        visit.look_on_any_screen(f"admin-{name}", widths=WIDTHS)
    visit.page.goto(f"/admin/templates/{row.id}")
    visit.page.get_by_role("button", name="Voir les SMS").click()
    visit.page.get_by_role("heading", name="En français : 2 SMS").wait_for()
    visit.look_on_any_screen("admin-template-preview", widths=WIDTHS)
    visit.end()
