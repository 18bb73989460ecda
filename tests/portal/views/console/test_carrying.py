"""Nothing typed is lost: through an ended session, another session, a refusal; and never to somebody else."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import time_machine
from flask import Flask

from portal import clock
from portal.citizens.models import Citizen
from portal.contacts.models import Contact, Message
from portal.database import db
from portal.staff.models import Jotting, Staff
from tests import make
from tests.signing import send, signed_in, token

LATER = timedelta(hours=2)


def mark(page: str) -> str:
    found = re.search(r'name="page_mark" value="([^"]+)"', page)
    assert found
    return found.group(1)


def carried(page: str) -> str:
    found = re.search(r'name="carried" value="([^"]+)"', page)
    assert found
    return found.group(1)


def taken(agent: Staff) -> str:
    contact = make.contact("web", state="in_progress", agent_id=agent.id)
    db.session.commit()
    return f"/console/contacts/{contact.id}"


def sign_in_with(client: Any, person: Staff, packed: str, password: str = make.PASSWORD) -> Any:
    data = {"csrf_token": token(client), "email": person.email, "password": password, "carried": packed}
    return client.post("/sign-in", data=data)


def test_a_form_sent_after_the_session_ended_comes_back_with_all_that_was_typed(
    app: Flask, client: Any
) -> None:
    agent = make.staff()
    page = taken(agent)
    shown = signed_in(client, agent).get(page).text
    said = {"page_mark": mark(shown), "body": "Bonjour,\nvoici", "note": "À rappeler", "by": "web"}
    with time_machine.travel(clock.now() + LATER, tick=False):
        asked = send(client, page + "/reply", {**said, "file": (BytesIO(b"x"), "a.pdf")})
        assert asked.status_code == 401 and "rien n’a été envoyé" in asked.text
        assert 'action="/sign-in"' in asked.text and "sauf les fichiers" in asked.text
        wrong = sign_in_with(client, agent, carried(asked.text), "faux")
        back = sign_in_with(client, agent, carried(wrong.text))
        assert back.headers["Location"] == page
        again = client.get(page).text
        assert "voici</textarea>" in again and "À rappeler</textarea>" in again
        assert "Rien n’a été envoyé" in again and "joignez-les de nouveau" in again
        assert db.session.scalars(db.select(Message)).all() == []
        sent = send(client, page + "/reply", {**said, "page_mark": mark(again)})
    assert sent.status_code in (200, 302)
    assert db.session.scalars(db.select(Message)).one().body.splitlines() == ["Bonjour,", "voici"]


def test_what_one_typed_is_never_given_to_another(app: Flask, client: Any) -> None:
    agent, other = make.staff(), make.staff()
    page = taken(agent)
    shown = signed_in(client, agent).get(page).text
    with time_machine.travel(clock.now() + LATER, tick=False):
        asked = send(client, page + "/reply", {"page_mark": mark(shown), "body": "Secret"})
        into = sign_in_with(client, other, carried(asked.text))
        assert into.headers["Location"] == "/console/"
        assert "par quelqu’un d’autre" in client.get("/console/").text
        assert "Secret" not in client.get(page).text
    assert db.session.scalars(db.select(Jotting)).all() == []


def test_what_is_carried_is_signed_and_lasts_half_an_hour(app: Flask, client: Any) -> None:
    agent = make.staff()
    page = taken(agent)
    shown = signed_in(client, agent).get(page).text
    with time_machine.travel(clock.now() + LATER, tick=False):
        packed = carried(send(client, page + "/reply", {"page_mark": mark(shown), "body": "Oui"}).text)
        forged = sign_in_with(app.test_client(), agent, packed[:-3] + "AAA")
        assert forged.headers["Location"] == "/console/"
    with time_machine.travel(clock.now() + LATER + timedelta(minutes=31), tick=False):
        assert sign_in_with(client, agent, packed).headers["Location"] == "/console/"
    assert send(app.test_client(), page + "/reply", {"page_mark": "x", "body": "Oui"}).status_code == 401


def test_a_form_of_an_earlier_session_comes_back_and_is_not_sent(app: Flask, client: Any) -> None:
    agent = make.staff()
    page = taken(agent)
    shown = signed_in(client, agent).get(page).text
    old = token(client)
    signed_in(client, agent)
    answer = client.post(page + "/reply", data={"csrf_token": old, "page_mark": mark(shown), "body": "Oui"})
    assert (answer.status_code, answer.headers["Location"]) == (303, page)
    again = client.get(page).text
    assert "Oui</textarea>" in again and "Votre session a changé" in again
    signed_in(client, make.staff())
    theirs = client.post(page + "/reply", data={"csrf_token": old, "page_mark": mark(shown), "body": "Oui"})
    assert theirs.status_code == 400
    assert client.post(page + "/reply", data={"csrf_token": old, "body": "Oui"}).status_code == 400


def test_words_kept_while_typing_come_back_until_they_are_sent(app: Flask, client: Any) -> None:
    agent = make.staff()
    page = taken(agent)
    shown = signed_in(client, agent).get(page).text
    kept = {
        "page_mark": mark(shown),
        "field": ["note", "csrf_token"],
        "typed": ["Il rappel", "x"],
        "over": ["", ""],
    }
    assert send(client, "/console/jottings", kept).status_code == 200
    again = client.get(page).text
    assert "Il rappel</textarea>" in again and "est revenu" in again
    assert "Il rappel" not in signed_in(app.test_client(), make.staff("supervisor")).get(page).text
    done = {"page_mark": mark(again), "note": "Il rappelle", "disposition": "answered"}
    assert send(client, page + "/wrap-up", done).status_code == 302
    assert "est revenu" not in client.get(page).text
    assert db.session.scalars(db.select(Contact.note)).one() == "Il rappelle"


def test_what_a_colleague_wrote_meanwhile_is_beside_and_neither_is_lost(app: Flask, client: Any) -> None:
    agent, person = make.staff(), make.citizen("Aïcha Benali")
    page = f"/console/citizens/{person.id}/edit"
    shown = signed_in(client, agent).get(page).text
    typed = {"page_mark": mark(shown), "field": "name", "typed": "Aïcha Benali-Roy", "over": "Aïcha Benali"}
    send(client, "/console/jottings", typed)
    assert 'value="Aïcha Benali-Roy"' in client.get(page).text
    db.session.get_one(Citizen, person.id).name = "Aïcha Durand"
    both = client.get(page).text
    assert 'value="Aïcha Durand"' in both and "<ins>Aïcha Benali-Roy</ins>" in both
    send(client, "/console/jottings/forget", {"page_mark": mark(both)})
    assert "Benali-Roy" not in client.get(page).text


def test_a_stale_save_of_a_file_shows_both_and_is_saved_when_sent_again(app: Flask, client: Any) -> None:
    agent, person = make.staff(), make.citizen("Aïcha Benali")
    page = f"/console/citizens/{person.id}/edit"
    shown = signed_in(client, agent).get(page).text
    said = {"page_mark": mark(shown), "version": "1", "language": "fr", "preferred_channel": ""}
    colleague = signed_in(app.test_client(), make.staff())
    send(colleague, page, {**said, "page_mark": "", "name": "Aïcha Durand"})
    late = send(client, page, {**said, "name": "Aïcha Roy"})
    assert late.status_code == 409 and "Aïcha Durand" in late.text and "Aïcha Roy" in late.text
    assert 'value="Aïcha Roy"' in late.text and 'name="version" value="2"' in late.text
    again = send(client, page, {**said, "page_mark": mark(late.text), "name": "Aïcha Roy", "version": "2"})
    assert again.status_code == 302 and person.name == "Aïcha Roy"


def test_who_else_has_the_page_open_is_told(app: Flask, client: Any) -> None:
    agent, other = make.staff(), make.staff("supervisor", last_name="Martin")
    page = taken(agent)
    shown = signed_in(client, agent).get(page).text
    watcher = signed_in(app.test_client(), other)
    seen = watcher.get(page).text
    assert "lit aussi cette page" not in seen
    send(watcher, "/console/here", {"page_mark": mark(seen), "types": "1"})
    assert "Martin</bdi> écrit ici" in send(client, "/console/here", {"page_mark": mark(shown)}).text
    assert "Martin</bdi> écrit ici" in client.get(page).text
    send(watcher, "/console/here", {"page_mark": mark(seen), "gone": "1"})
    assert "Martin" not in send(client, "/console/here", {"page_mark": mark(shown)}).text
    assert send(client, "/console/here", {"page_mark": mark(seen)}).status_code == 400
