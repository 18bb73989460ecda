"""Doors of a promise that cannot be kept as it was made."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from portal import clock
from portal.cases.models import Promise
from portal.cases.opening import open_case, promise
from portal.contacts.models import Message
from portal.database import db
from tests import make
from tests.signing import send, signed_in


@pytest.fixture
def made(app: Flask) -> Promise:
    agent = make.staff()
    contact = make.contact("email", identifier_id=make.identifier("email", "aicha@exemple.fr").id)
    open_case(contact, by=agent.actor)
    return promise(contact, "Rappeler", clock.now() + timedelta(days=2), by=agent.actor)


def test_it_is_put_off_and_passed_on(client: Any, made: Promise) -> None:
    other = make.staff(last_name="Dubreuil")
    signed_in(client, make.staff())
    door = f"/console/promises/{made.id}"
    assert "Dubreuil" in client.get(door).text
    later = (clock.now() + timedelta(days=9)).date()
    assert send(client, f"{door}/move", {"due": later.isoformat()}).status_code == 302
    assert send(client, f"{door}/hand-over", {"owner_id": str(other.id)}).status_code == 302
    assert (made.due_at.date(), made.owner_id) == (later, other.id)
    stranger = make.staff(of=make.organization("prefecture"))
    wrong = {
        "move": {"due": "2020-01-01"},
        "hand-over": {"owner_id": str(stranger.id)},
        "give-up": {"why": "non"},
    }
    for act, form in wrong.items():
        assert send(client, f"{door}/{act}", form).status_code == 422, act
        assert send(client, f"{door}/{act}").status_code == 422, act


def test_given_up_once_the_citizen_is_told_once(client: Any, made: Promise) -> None:
    signed_in(client, make.staff())
    form = {"why": "La salle est fermée jusqu’en mai.", "way": "email", "form_key": "g" * 20}
    for _ in range(2):
        assert send(client, f"/console/promises/{made.id}/give-up", form).status_code == 302
    (told,) = db.session.scalars(db.select(Message)).all()
    assert (told.channel, told.body, made.given_up_why) == ("email", form["why"], form["why"])
    assert "abandonnée" in client.get(f"/console/promises/{made.id}").text
    assert "Rappeler" not in client.get("/console/").text


def test_another_organizations_promise_does_not_exist(client: Any, made: Promise) -> None:
    signed_in(client, make.staff(of=make.organization("prefecture")))
    assert client.get(f"/console/promises/{made.id}").status_code == 404
    for act in ("move", "hand-over", "give-up", "keep"):
        assert send(client, f"/console/promises/{made.id}/{act}", {"due": "2030-01-01"}).status_code == 404
