"""The questions of a contact at the desk: added while talking, with everything else typed."""

from __future__ import annotations

from typing import Any

from flask import Flask

from portal.cases.models import Question
from portal.contacts.models import Contact
from portal.database import db
from tests import make
from tests.signing import send, signed_in


def test_questions_are_added_while_talking_and_kept_with_the_wrap_up(app: Flask, client: Any) -> None:
    agent, person = make.staff(), make.citizen()
    contact = make.contact(
        state="in_progress", agent_id=agent.id, citizen_id=person.id, certainty="confirmed"
    )
    signed_in(client, agent)
    path = f"/console/contacts/{contact.id}"
    page = send(
        client, f"{path}/questions", {"question": "Quand passe la benne ?", "answer": "À moitié", "note": "n"}
    )
    assert page.status_code == 200 and "À moitié" in page.text and "Quand passe la benne ?" in page.text
    first = db.session.scalars(db.select(Question)).one()
    fields = {f"q{first.id}": first.text, f"q{first.id}-answer": "Le mardi", f"q{first.id}-end": "answered"}
    page = send(client, f"{path}/questions", {**fields, "own_case": first.id})
    assert "donnez sa référence" in page.text
    assert db.session.get_one(Question, first.id).case_id is not None
    wrong = send(client, f"{path}/questions", {**fields, f"q{first.id}-end": "x", "answer": "Toujours là"})
    assert wrong.status_code == 422 and "Toujours là" in wrong.text
    end = {**fields, "question": "Et la cantine ?", "disposition": "answered", "form_key": "k" * 20}
    assert send(client, f"{path}/wrap-up", end).status_code == 302
    kept = list(db.session.scalars(db.select(Question).order_by(Question.id)))
    assert [(one.text, one.answer) for one in kept] == [
        ("Quand passe la benne ?", "Le mardi"),
        ("Et la cantine ?", ""),
    ]
    assert db.session.get_one(Contact, contact.id).state == "wrapped_up"
    assert "Le mardi" in client.get(f"/console/citizens/{person.id}").text


def test_only_who_has_the_contact_adds_questions(app: Flask, client: Any) -> None:
    contact = make.contact(state="in_progress", agent_id=make.staff().id)
    signed_in(client, make.staff())
    assert (
        send(client, f"/console/contacts/{contact.id}/questions", {"question": "Quand ?"}).status_code == 422
    )
    assert db.session.query(Question).count() == 0
