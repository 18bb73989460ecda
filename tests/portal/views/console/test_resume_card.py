"""The resume card: whoever comes back is picked up where they left off."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from portal import clock, history
from portal.articles.models import Article
from portal.cases.models import Case
from portal.cases.opening import keep_promise, open_case, promise
from portal.cases.references import spoken
from portal.citizens.models import Citizen
from portal.contacts import answering, noting
from portal.contacts.codes import bridge_codes
from portal.contacts.codes.bridge_codes import Brought
from portal.contacts.models import Attachment, Contact, Message
from portal.database import db
from portal.directory.editing import add_commune
from portal.scripts.models import Script, ScriptPath, ScriptVersion
from portal.staff.models import Staff
from tests import make
from tests.portal.desk.test_waiting import counted
from tests.signing import signed_in


class Life:
    """Somebody's past with us, and the agent who opens the file."""

    def __init__(self, client: Any) -> None:
        self.agent: Staff = make.staff()
        self.client = signed_in(client, self.agent)
        self.person: Citizen = make.citizen("Aïcha Benali")

    def contact(self, **values: Any) -> Contact:
        known = {"citizen_id": self.person.id, "certainty": "confirmed", "state": "wrapped_up"}
        made: Contact = make.contact(**{**known, **values})
        return made

    def case(self, subject: str, **values: Any) -> Case:
        made = open_case(self.contact(subject=subject), by=self.agent.actor)
        for name, value in values.items():
            setattr(made, name, value)
        return made

    def card(self) -> str:
        db.session.commit()
        page = self.client.get(f"/console/citizens/{self.person.id}").text
        card = page[page.index('class="facts brief"') : page.index("</dl>")]
        return " ".join(re.sub(r"<[^>]*>", " ", card).split()).replace(" ,", ",")


@pytest.fixture
def life(app: Flask, client: Any) -> Life:
    return Life(client)


def test_a_matter_says_what_comes_next_and_whether_it_is_late(life: Life) -> None:
    case = life.case("Poubelle cassée")
    assert spoken(case.reference) in life.card() and "une première réponse, pour le" in life.card()
    for one in case.clocks:
        one.due_at = clock.now() - timedelta(days=1)
    assert "en retard" in life.card()


def test_what_was_promised_first_comes_first(life: Life) -> None:
    contact = life.contact(subject="Cantine")
    open_case(contact, by=life.agent.actor)
    made = promise(contact, "Rappeler lundi", clock.now() + timedelta(hours=3), by=life.agent.actor)
    assert "Rappeler lundi, promis pour le" in life.card()
    keep_promise(made, by=life.agent.actor)
    assert "Rappeler lundi" not in life.card()


def test_a_matter_that_waits_says_for_what(life: Life) -> None:
    life.case("Carte", state="waiting", waits_for="Un justificatif de domicile")
    assert "Attend de la personne : Un justificatif de domicile" in life.card()


def test_many_matters_are_three_and_how_many_more(life: Life) -> None:
    for n in range(6):
        life.case(f"Matière {n}")
    assert life.card().count("Affaire ouverte") == 3 and "et 3 autres affaires en cours" in life.card()


def test_it_says_what_was_read_only_where_a_code_brought_it(life: Life) -> None:
    make.article("Trier ses déchets", slug="tri")
    contact = life.contact()
    assert "Déjà lu" not in life.card()
    secret = life.client.application.extensions["settings"].secret_key
    code = bridge_codes.draw(Brought(read=("tri",)), secret=secret, visit="v")
    bridge_codes.bring(contact, code, secret=secret, by=history.CITIZEN)
    assert "Sur le site : Trier ses déchets" in life.card()


def test_it_says_what_we_sent_already(life: Life) -> None:
    article: Article = make.article("Trier ses déchets", slug="tri")
    answering.consult(life.contact(), [article.id], by=life.agent.actor)
    assert "Envoyé par nous : Trier ses déchets" in life.card()


def test_it_says_what_must_not_be_asked_again(life: Life) -> None:
    add_commune("96042", "Valbrune", ["96100"])
    life.person.commune = "96042"
    contact = life.contact()
    given = Message(contact=contact, direction="in", channel="web", body="Voici.", state="received")
    given.attachments.append(
        Attachment(name="quittance.pdf", media_type="application/pdf", size=1, digest="0")
    )
    script = Script(organization_id=contact.organization_id, slug="s", name="Aide")
    version = ScriptVersion(script=script, number=1, state="published", tree={"first": "a"})
    steps = [{"step": "a", "asked": "Vivez-vous seule ?", "choice": 0, "answer": "Oui"}]
    db.session.add(ScriptPath(contact_id=contact.id, script=script, version=version, steps=steps))
    db.session.add(given)
    card = life.card()
    assert "Commune : Valbrune" in card and "Pièces données : quittance.pdf" in card
    assert "Vivez-vous seule ? Oui" in card


def test_nothing_of_another_organization_is_in_it(life: Life) -> None:
    other = make.organization("departement")
    theirs = life.contact(of=other, subject="RSA", answer="Accordé")
    open_case(theirs, by=life.agent.actor)
    card = life.card()
    assert "RSA" not in card and "Accordé" not in card


def test_it_costs_the_same_however_long_the_life(life: Life) -> None:
    life.case("Poubelle")
    life.contact()
    life.card()  # what is read once a process is read
    with counted() as few:
        life.card()
    for n in range(30):
        life.case(f"Affaire {n}")
    with counted() as many:
        life.card()
    assert len(many) <= len(few) + 2, "the timeline's own page is full"


def note(contact: Contact, body: str, *, by: Staff) -> None:
    noting.add_note(contact, body, by=by)


def test_what_a_colleague_noted_after_the_hand_over_is_on_the_card_and_in_the_timeline(life: Life) -> None:
    colleague = make.staff(first_name="Inès", last_name="Roy")
    contact = life.contact(subject="Loyer", note="Demande un délai.")
    note(contact, "Le bailleur accepte.", by=colleague)
    note(contact, "Il l’a écrit : " + "oui " * 200, by=colleague)
    card = life.card()
    assert "Demande un délai." in card and "Il l’a écrit" in card and "2 notes" in card
    assert "Le bailleur accepte." not in card and len(card) < 1000, "the latest, and a line of it"
    page = life.client.get(f"/console/citizens/{life.person.id}").text
    moments = page[page.index("timeline-title") :]
    assert "Le bailleur accepte." in moments and "par Inès Roy" in moments


def test_who_answers_the_next_call_reads_it_before_picking_up(life: Life) -> None:
    note(life.contact(subject="Loyer"), "Le bailleur accepte.", by=life.agent)
    now = life.contact(state="in_progress", agent_id=life.agent.id)
    db.session.commit()
    assert "Le bailleur accepte." in life.client.get(f"/console/contacts/{now.id}").text


def test_no_note_of_another_organization_is_shown(life: Life) -> None:
    other = make.organization("departement")
    note(life.contact(of=other), "Dette de 900 euros.", by=make.staff(of=other))
    assert "900 euros" not in life.card()
    assert "900 euros" not in life.client.get(f"/console/citizens/{life.person.id}").text


def test_notes_cost_one_statement_however_many_they_are(life: Life) -> None:
    contacts = [life.contact() for _ in range(8)]
    life.card()
    with counted() as none:
        life.card()
    for contact in contacts:
        for n in range(5):
            note(contact, f"Note {n}", by=life.agent)
    life.card()
    with counted() as many:
        page = life.card()
    assert "5 notes" in page and len(many) <= len(none) + 1
