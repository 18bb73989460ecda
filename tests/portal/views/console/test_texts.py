"""Texts on the console: what the composer says, and an exchange that an agent begins."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import history
from portal.citizens import consents
from portal.contacts.models import Contact, Message, Template
from portal.contacts.recording import receive_text
from portal.database import db
from portal.telephony.models import Sender
from tests import make
from tests.network import LINE, NUMBER
from tests.signing import send, signed_in

DEAR = "Votre demande d’inscription à l’hôpital de jour est reçue. Nous vous écrivons bientôt."


@pytest.fixture
def agent(app: Flask, client: Any) -> Any:
    make.line(LINE)
    return signed_in(client, make.staff())


def sender(**values: Any) -> None:
    db.session.add(Sender(number=LINE, organization_id=make.organization().id, **values))


def write(agent: Any, **typed: Any) -> Any:
    form = {"number": "06 39 98 00 01", "reason": "Sa carte est arrivée", "body": "Votre carte est là."}
    return send(agent, "/console/texts/new", {**form, "form_key": "t" * 20, **typed})


def thread(**values: Any) -> Contact:
    me = db.session.scalars(db.select(make.Staff)).one()
    used = make.identifier("phone", NUMBER)
    return make.contact(
        "text", identifier_id=used.id, line=LINE, state="in_progress", agent_id=me.id, **values
    )


def press(agent: Any, contact: Contact, button: str, **typed: Any) -> Any:
    page = f"/console/contacts/{contact.id}"
    return send(agent, f"{page}/{button}", {"form_key": "r" * 20, **typed})


def test_an_agent_writes_first_once_with_a_reason(app: Flask, agent: Any) -> None:
    assert write(agent, reason="").status_code == 422
    for _ in range(2):
        assert write(agent).status_code == 302
    contact = db.session.scalars(db.select(Contact)).one()
    assert (contact.direction, contact.state, contact.subject) == (
        "out",
        "in_progress",
        "Sa carte est arrivée",
    )
    assert [one.state for one in contact.messages] == ["waiting"]
    assert history.of(contact)[-1].details["reason"] == "Sa carte est arrivée"


def test_a_text_to_a_person_is_a_thread_of_its_own_and_only_probably_theirs(app: Flask, agent: Any) -> None:
    person = make.citizen("Aïcha Benali", phone=NUMBER)
    used = make.identifier("phone", NUMBER)
    receive_text("SM1", used, "Message du mari", organization_id=make.organization().id, line=LINE)
    page = f"/console/texts/new?citizen_id={person.id}&identifier_id={used.id}"
    shown = agent.get(page).text
    assert "Aïcha Benali" in shown and "mari" not in shown
    typed = {"citizen_id": person.id, "identifier_id": used.id, "number": ""}
    assert write(agent, **typed).status_code == 302
    contact = db.session.scalars(db.select(Contact).filter_by(direction="out")).one()
    assert (contact.citizen_id, contact.certainty) == (person.id, "probable")
    answer, _ = receive_text("SM2", used, "Merci", organization_id=contact.organization_id, line=LINE)
    assert answer.contact_id == contact.id, "the answer comes to whoever wrote last"


def test_the_end_of_a_line_is_one_letter_as_the_composer_counts_it(app: Flask, agent: Any) -> None:
    assert write(agent, body="Votre carte est là.\r\n\r\nNadia").status_code == 302
    (message,) = db.session.scalars(db.select(Message))
    assert message.body == "Votre carte est là.\n\nNadia"


def test_a_number_of_somebody_elses_file_does_not_exist(app: Flask, agent: Any) -> None:
    person, other = make.citizen("Aïcha Benali"), make.citizen("Omar Haddad", phone=NUMBER)
    used = make.identifier("phone", NUMBER)
    page = f"/console/texts/new?citizen_id={person.id}&identifier_id={used.id}"
    assert agent.get(page).status_code == 404
    assert write(agent, citizen_id=person.id, identifier_id=used.id).status_code == 404
    assert other.id


@pytest.mark.parametrize("number", ["01 99 00 00 10", "+32 470 12 34 56", "3639", "112", "08 92 12 34 56"])
def test_a_number_that_gets_no_text_is_refused_before_anything_is_written(
    app: Flask, agent: Any, number: str
) -> None:
    assert write(agent, number=number).status_code == 422
    assert db.session.scalars(db.select(Contact)).all() == []


def test_a_one_way_sender_warns_once_of_a_text_that_asks_for_a_reply(app: Flask, agent: Any) -> None:
    sender(kind="one_way", name="Mairie", quiet_from="00:00", quiet_until="00:00", quiet_days=False)
    contact = thread()
    refused = press(agent, contact, "reply", body="Viendrez-vous ? Répondez OUI.", by="text")
    assert refused.status_code == 422 and "ne reçoit pas de réponse" in refused.text
    assert press(agent, contact, "reply", body="Votre carte est là.", by="text").status_code == 302
    asked = press(agent, contact, "reply", body="Répondez OUI.", by="text", as_is="1", form_key="s" * 20)
    assert asked.status_code == 302
    assert db.session.scalar(db.select(db.func.count(Message.id))) == 2


def test_a_shorter_wording_is_proposed_and_nothing_is_reworded(app: Flask, agent: Any) -> None:
    contact = thread()
    shown = press(agent, contact, "look", body=DEAR).text
    assert "1 SMS de moins" in shown and "inscription à l&#39;hopital" in shown
    taken = press(agent, contact, "look", body=DEAR, shorter="1").text
    assert "1 SMS de moins" not in taken and "inscription à l&#39;hopital" in taken
    press(agent, contact, "reply", body=DEAR, by="text")
    assert db.session.scalars(db.select(Message.body)).all() == [DEAR]


def test_a_template_is_inserted_in_the_persons_language_and_must_be_filled(app: Flask, agent: Any) -> None:
    town = make.organization()
    texts = {"fr": "{organization} : le {date}.", "en": "{organization}: on {date}."}
    db.session.add(Template(organization_id=town.id, slug="rdv", name="Rendez-vous", texts=texts))
    db.session.flush()
    template_id = db.session.scalars(db.select(Template.id)).one()
    contact = thread(language="en")
    shown = press(agent, contact, "look", template=template_id, use_template="1").text
    assert "Mairie: on {date}." in shown
    refused = press(agent, contact, "reply", body="Mairie: on {date}.", by="text")
    assert refused.status_code == 422 and "{date}" in refused.text
    first = send(agent, "/console/texts/new/look", {"template": template_id, "use_template": "1"})
    assert "Mairie : le {date}." in first.text


def test_at_night_the_page_says_when_it_leaves_and_a_reason_sends_it_now(app: Flask, agent: Any) -> None:
    sender()
    contact = thread()
    with time_machine.travel("2026-03-03T22:30:00Z"):
        signed_in(agent, db.session.scalars(db.select(make.Staff)).one())
        assert "On n’écrit pas à cette heure" in agent.get(f"/console/contacts/{contact.id}").text
        press(agent, contact, "reply", body="Demain", by="text")
        page = agent.get(f"/console/contacts/{contact.id}").text
        assert "partira le" in page
        now = {"body": "Maintenant", "by": "text", "now_because": "Le médecin attend", "form_key": "n" * 20}
        press(agent, contact, "reply", **now)
        assert "On n’écrit pas à cette heure" in agent.get("/console/texts/new").text
        written = write(agent, number="06 39 98 00 02")
        assert "partira le 4 mars 2026 08:00" in agent.get(written.location).text
    held = db.session.scalars(db.select(Message.held_until).order_by(Message.id)).all()
    assert held[0] is not None and held[1] is None


def test_the_page_says_why_no_text_may_go_and_what_an_error_means(app: Flask, agent: Any) -> None:
    contact = thread()
    db.session.add(
        Message(
            contact_id=contact.id,
            direction="out",
            channel="text",
            body="x",
            state="undelivered",
            error="30003",
        )
    )
    assert "éteint ou hors réseau" in agent.get(f"/console/contacts/{contact.id}").text
    consents.stop(contact.identifier, LINE, evidence="word", by=history.CITIZEN)
    page = agent.get(f"/console/contacts/{contact.id}").text
    assert "ne plus recevoir de SMS" in page and "Envoyer la réponse" not in page
    person = make.citizen("Aïcha Benali", phone=NUMBER)
    assert "STOP reçu par SMS" in agent.get(f"/console/citizens/{person.id}").text
