"""The case page in a real browser, on two screens: what the citizen reads and what they never will stand apart."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from portal import clock
from portal.cases import checklists, notes, questions
from portal.cases.changing import linking
from portal.cases.models import Case, Macro, Tag
from portal.cases.opening import open_case, promise
from portal.contacts import answering, recording
from portal.contacts.models import Contact, Template
from portal.database import db
from portal.staff.models import Staff
from tests import make
from tests.browser.conftest import Opens
from tests.browser.looking import faults, on_any_screen

pytestmark = pytest.mark.browser


def exchange(channel: str, kind: str, value: str, **values: Any) -> Contact:
    person = make.citizen("Aïcha Benali", **{kind: value})
    used = make.identifier(kind, value)
    known = {
        "citizen_id": person.id,
        "certainty": "confirmed",
        "identifier_id": used.id,
        "state": "wrapped_up",
    }
    return make.contact(channel, **{**known, **values})


def matter(agent: Staff) -> Case:
    letter = exchange("email", "email", "aicha@exemple.fr", subject="Poubelle non levée")
    recording.add_message(letter, "Bonjour,\n\nMa poubelle jaune n’a pas été levée mardi, rue des Lilas.")
    answering.reply(letter, "Bien reçu.", channel="email", form_key=None, by=agent.actor)
    letter.state = "wrapped_up"
    case = open_case(letter, by=agent.actor)
    case.owner_id, case.priority = agent.id, "high"
    case.tags = [make._add(Tag(organization_id=case.organization_id, name="voirie"))]
    call = make.contact(
        "phone", case_id=case.id, citizen_id=letter.citizen_id, certainty="confirmed", state="wrapped_up",
        identifier_id=make.identifier("phone", "+33639980001").id, disposition="promise_made", agent_id=agent.id,
        note="Très mécontente", answer="Nous repassons jeudi.",
    )  # fmt: skip
    promise(call, "Rappeler après le passage", clock.now() + timedelta(days=2), by=agent.actor)
    notes.write_note(case, "La benne était en panne, voir avec Marc.", by=agent)
    checklists.tick(case, checklists.add_check(case, "Photo reçue", by=agent).id, done=True, by=agent)
    checklists.add_check(case, "Demander un second passage", by=agent)
    other = open_case(
        make.contact("phone", citizen_id=letter.citizen_id, subject="Bac cassé"), by=agent.actor
    )
    linking.link(case, other, by=agent)
    return case


@pytest.mark.parametrize("width", [1280, 390])
def test_the_answer_and_the_note_cannot_be_confused(opens: Opens, width: int) -> None:
    agent = make.staff()
    case = matter(agent)
    page = opens(agent, f"/console/cases/{case.id}", viewport={"width": width, "height": 900})
    answer, note = page.get_by_label("Réponse, que la personne lira"), page.get_by_label("Note interne")
    colours = [one.locator("xpath=ancestor::section[1]") for one in (answer, note)]
    shown = [one.evaluate("node => getComputedStyle(node).backgroundColor") for one in colours]
    boxes = [one.bounding_box() for one in colours]
    assert shown[0] != shown[1]
    assert (
        boxes[0]["y"] + boxes[0]["height"] <= boxes[1]["y"]
        or boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    )
    expect(page.get_by_text("E-mail à aicha@exemple.fr")).to_be_visible()
    assert faults(page, f"console-case-{width}") == []
    contact = make.contact("email", identifier_id=case.identifier_id, state="in_progress", agent_id=agent.id)
    db.session.commit()
    page.goto(f"/console/contacts/{contact.id}")
    assert faults(page, f"console-wrap-up-{width}") == []
    page.goto(f"/console/cases/{case.id}/split")
    assert faults(page, f"console-case-split-{width}") == []


def test_a_case_is_noted_answered_and_undone_by_its_keys(opens: Opens) -> None:
    agent = make.staff()
    case = matter(agent)
    page = opens(agent, f"/console/cases/{case.id}")
    page.keyboard.press("m")
    page.keyboard.type("Vu avec Marc")
    with page.expect_navigation():
        page.get_by_role("button", name="Garder la note entre nous").click()
    page.get_by_text("seuls vos collègues la lisent").wait_for()
    with page.expect_navigation():
        page.keyboard.press("z")  # the link made a moment ago
    page.get_by_text("Annulé : tout est comme avant.").wait_for()
    page.keyboard.press("e")
    page.keyboard.type("C’est réparé.")
    page.get_by_role("button", name="Envoyer au citoyen").click()
    page.get_by_text("C’est réparé.").wait_for()


def test_macros_questions_and_proposed_articles_are_readable_on_any_screen(opens: Opens) -> None:
    agent, topic = make.staff(), make.topic("dechets")
    case = matter(agent)
    texts = {"fr": "Votre référence : {reference}."}
    values = {"organization_id": case.organization_id, "texts": texts, "topic_id": topic.id}
    text = make._add(Template(slug="ref", name="Rappel de la référence", **values))
    does = {"template_id": text.id, "priority": "urgent", "checks": ["Passage demandé"], "then": "close"}
    macro = make._add(Macro(organization_id=case.organization_id, name="Collecte manquée", does=does))
    contact = make.contact("email", identifier_id=case.identifier_id, state="in_progress", agent_id=agent.id)
    questions.ask(contact, questions.Said("Quand passe la benne ?"), by=agent)
    page = opens(agent, f"/console/cases/{case.id}/macros/{macro.id}")
    assert on_any_screen(page, "console-macro") == []
    page.goto(f"/console/cases/{case.id}/article")
    assert on_any_screen(page, "console-article-from") == []
    page.goto(f"/console/contacts/{contact.id}")
    page.get_by_text("Insérer une réponse préparée").click()
    assert on_any_screen(page, "console-wrap-up") == []
