"""An answer becomes an article in two clicks, as a draft, without anybody's personal data."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal.articles.models import Article
from portal.cases.opening import open_case
from portal.contacts import answering, recording
from portal.database import db
from tests import make
from tests.signing import send, signed_in

ANSWER = "Bonjour Mme Benali, appelez l’état civil au 01 99 00 00 50. Nous rappelons le 06 39 98 00 01."


@pytest.fixture
def made(app: Flask, client: Any) -> Any:
    """A wrapped-up letter of somebody known, answered, in a case; and an agent signed in."""
    agent, person = make.staff(first_name="Camille", last_name="Roussel"), make.citizen("Aïcha Benali")
    make.service("etat-civil", phone="+33199000050")
    used = make.identifier("email", "aicha@exemple.fr")
    values = {"identifier_id": used.id, "citizen_id": person.id, "certainty": "confirmed"}
    contact = make.contact("email", subject="Refaire la carte d’Aïcha", topic_id=make.topic().id, **values)
    recording.add_message(contact, "Comment refaire ma carte ?")
    answering.reply(contact, ANSWER, channel="email", form_key=None, by=agent.actor)
    contact.state, contact.disposition = "wrapped_up", "answered"
    open_case(contact, by=agent.actor)
    signed_in(client, agent)
    return contact


def test_the_form_comes_filled_with_what_is_personal_taken_out_and_shown(made: Any, client: Any) -> None:
    door = f"/console/contacts/{made.id}/article"
    assert door in client.get(f"/console/contacts/{made.id}").text
    page = client.get(door).text
    assert "Bonjour Mme [nom], appelez l’état civil au 01 99 00 00 50. Nous rappelons le [téléphone]." in page
    assert "Refaire la carte d’[nom]" in page
    assert "<mark>06 39 98 00 01" in page and "<mark>01 99" not in page


@pytest.mark.parametrize("of_case", [True, False])
def test_what_is_kept_is_a_draft_that_editors_find(made: Any, client: Any, of_case: bool) -> None:
    door = f"/console/cases/{made.case_id}/article" if of_case else f"/console/contacts/{made.id}/article"
    typed = {"title": "Comment refaire sa carte ?", "body": "Appelez l’état civil.", "form_key": "k" * 20}
    for _ in range(2):
        assert send(client, door, {**typed, "topic": made.topic_id}).status_code == 302
    article = db.session.scalars(db.select(Article)).one()
    assert (article.state, article.topic_id, article.texts["fr"].title) == (
        "draft",
        made.topic_id,
        typed["title"],
    )
    client.get("/fr/")
    send(client, "/sign-out")
    signed_in(client, make.staff("editor"))
    assert "Comment refaire sa carte" in client.get("/admin/articles?state=draft").text


def test_something_personal_that_is_left_is_refused_until_the_agent_says_it_is_not(
    made: Any, client: Any
) -> None:
    door = f"/console/contacts/{made.id}/article"
    typed = {"title": "Refaire sa carte", "body": "Demandez Camille, ou Mme Benali."}
    again = send(client, door, typed)
    assert (
        again.status_code == 422
        and "Il reste peut-être des données personnelles : Camille, Benali." in again.text
    )
    assert db.session.query(Article).count() == 0
    assert send(client, door, {**typed, "as_is": "1"}).status_code == 302
