"""One person's two files in a real browser, on two screens: proposed, compared, read as one, and parted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from portal import clock
from portal.cases.opening import open_case, promise
from portal.citizens import doubles, keeping, people, relations
from portal.citizens.models import Citizen
from portal.contacts import recording
from portal.contacts.models import Contact
from portal.database import db
from portal.staff.models import Staff
from tests import make
from tests.browser.conftest import Opens
from tests.browser.looking import faults

pytestmark = pytest.mark.browser
PHONE, OTHER = "+33639980001", "+33639980002"


def two_files(agent: Staff) -> tuple[Citizen, Citizen]:
    """One woman under two spellings, each with a life of its own; and her guardian."""
    values = {"commune": "", "know_first": "Parler lentement"}
    kept = make.citizen("Éloïse Lefèvre", phone=PHONE, name_key="eloise lefevre", **values)
    slip = make.citizen("Éloïse Lefebvre", phone=OTHER, name_key="eloise lefebvre", language="en")
    make.link(kept, make.identifier("email", "eloise.lefevre@exemple.fr"))
    make.link(slip, make.identifier("email", "eloise.lefevre@courrier.example"), "probable")
    for person, channel, subject in ((kept, "web", "Inscription à la cantine"), (slip, "phone", "Passeport")):
        contact = make.contact(channel, citizen_id=person.id, certainty="confirmed", subject=subject)
        contact.state, contact.disposition = "wrapped_up", "promise_made"
        open_case(contact, by=agent.actor)
        promise(contact, f"Rappeler : {subject}", clock.now() + timedelta(days=3), by=agent.actor)
    keeping.raise_flag(slip, "vulnerable", note="Âgée, seule", ends_on=None, by=agent.actor)
    guardian = make.citizen("Luc Lefèvre")
    day = clock.local_day() + timedelta(days=200)
    relations.relate(kept, "guardian", other=guardian, evidence="Jugement", ends_on=day, by=agent.actor)
    relations.relate(kept, "relative", name="Rose Lefèvre, sa sœur", by=agent.actor)
    doubles.propose_for(kept.id)
    return kept, slip


def test_the_file_of_a_number_stands_at_its_own_address_and_opens_again_there(opens: Opens) -> None:
    agent = make.staff()
    person = make.citizen("Éloïse Lefèvre", phone=PHONE)
    make.contact(citizen_id=person.id, certainty="confirmed", subject="Cantine", state="wrapped_up")
    page = opens(agent)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.method) if one.is_navigation_request() else None)
    page.get_by_label("Chercher : numéro").fill(PHONE)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/console/citizens/{person.id}")
    expect(page.get_by_role("heading", level=1)).to_have_text(person.name)
    assert asked == ["POST"]
    page.get_by_role("link", name="Cantine").last.click()
    page.wait_for_url("**/console/contacts/*")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text(person.name)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(person.name)
    assert asked == ["POST", "GET", "GET", "GET"]


@pytest.mark.parametrize("width", [1280, 390])
def test_two_files_are_joined_and_parted(opens: Opens, width: int) -> None:
    agent = make.staff()
    kept, slip = two_files(agent)
    page = opens(agent, "/console/doubles", viewport={"width": width, "height": 900})
    assert faults(page, f"people-doubles-{width}") == []
    with page.expect_navigation():
        page.get_by_role("link", name="Comparer").click()
    assert faults(page, f"people-preview-{width}") == []
    page.get_by_role("radio", name="Éloïse Lefebvre").check()
    page.get_by_role("button", name="Même personne : réunir").click()
    page.wait_for_url(f"**/citizens/{kept.id}")
    assert faults(page, f"people-file-{width}") == []
    _somebody_calls(slip)
    page.get_by_text("Plusieurs dossiers réunis (2)").click()
    with page.expect_navigation():
        page.get_by_role("link", name="Séparer").click()
    assert faults(page, f"people-parting-{width}") == []
    page.get_by_role("button", name="Séparer les deux dossiers").click()
    page.wait_for_url(f"**/citizens/{kept.id}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Éloïse Lefèvre")
    page.goto(f"/console/citizens/{kept.id}/edit")
    page.get_by_text("Ce qui a été fait à ce dossier").click()
    assert faults(page, f"people-edit-{width}") == []


@pytest.mark.parametrize("width", [1280, 390])
def test_a_contact_is_handed_to_the_right_person(opens: Opens, width: int) -> None:
    agent = make.staff()
    kept, _slip = two_files(agent)
    contact = _of(kept)
    contact.identifier = make.identifier("phone", PHONE)
    later = make.contact("phone", citizen_id=kept.id, subject="Suite", case_id=contact.case_id)
    later.state = "wrapped_up"
    page = opens(agent, f"/console/contacts/{contact.id}", viewport={"width": width, "height": 900})
    with page.expect_navigation():
        page.get_by_role("link", name="passer à un autre dossier").click()
    page.get_by_label("Nom, numéro, e-mail ou référence").fill("lefebvre")
    with page.expect_navigation():
        page.get_by_role("button", name="Chercher").click()
    assert faults(page, f"people-hand-{width}") == []
    with page.expect_navigation():
        page.get_by_role("button", name="Passer à Éloïse Lefebvre").click()
    assert faults(page, f"people-handed-{width}") == []
    page.get_by_role("button", name="Rendre au premier dossier").click()
    page.get_by_text("Aujourd’hui dans ce dossier : Éloïse Lefèvre").wait_for()


def _somebody_calls(person: Citizen) -> None:
    """From a number that only the absorbed file says, then from none."""
    db.session.expire_all()
    head = people.head(db.session.get_one(Citizen, person.id))
    used = make.identifier("phone", OTHER)
    agent = make.staff()
    for number, subject in ((used, "Mon passeport est-il prêt ?"), (None, "Passage au guichet")):
        more: dict[str, Any] = {"identifier_id": number.id} if number else {}
        recording.record_by_hand(
            subject, "counter", head, organization_id=make.organization().id, by=agent.actor,
            subject=subject, **more,
        )  # fmt: skip
    db.session.commit()


def _of(person: Citizen) -> Contact:
    return db.session.scalars(db.select(Contact).filter_by(citizen_id=person.id)).one()
