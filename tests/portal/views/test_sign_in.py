"""Signing in and out: what opens, what locks, what ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import clock
from portal.database import db
from portal.desk import presence
from portal.desk.models import Presence
from portal.staff import sessions
from portal.staff.models import Staff, StaffSession
from tests import make
from tests.signing import send, signed_in, token


def person(role: str = "agent", **values: Any) -> Staff:
    return make.staff(role, **values)


def try_password(client: Any, email: str, password: str, path: str = "/sign-in") -> Any:
    return client.post(path, data={"csrf_token": token(client), "email": email, "password": password})


@pytest.mark.parametrize(
    ("role", "home"),
    [
        ("agent", "/console/"),
        ("supervisor", "/console/"),
        ("administrator", "/admin/"),
        ("editor", "/admin/"),
    ],
)
def test_each_role_lands_where_its_work_is(app: Flask, client: Any, role: str, home: str) -> None:
    answer = try_password(client, person(role).email.upper(), make.PASSWORD)
    assert (answer.status_code, answer.headers["Location"]) == (302, home)


def test_a_wrong_password_and_an_unknown_address_are_told_in_the_same_words(app: Flask, client: Any) -> None:
    email = person().email
    wrong = try_password(client, email, "une autre phrase de passe")
    unknown = try_password(client, "inconnu@ville.example", make.PASSWORD)
    assert wrong.status_code == unknown.status_code == 422
    sentence = "Adresse ou mot de passe inconnus"
    assert sentence in wrong.text and sentence in unknown.text
    assert f'value="{email}"' in wrong.text
    assert make.PASSWORD not in unknown.text


def test_five_failures_lock_the_account_for_a_quarter_of_an_hour(app: Flask, client: Any) -> None:
    email = person().email
    for _ in range(sessions.MOST_FAILURES):
        assert try_password(client, email, "une autre phrase de passe").status_code == 422
    assert try_password(client, email, make.PASSWORD).status_code == 422
    with time_machine.travel(clock.now() + sessions.LOCK + timedelta(seconds=1), tick=False):
        assert try_password(client, email, make.PASSWORD).status_code == 302


def test_an_address_that_tries_too_often_waits(app: Flask, client: Any) -> None:
    email = person().email
    with time_machine.travel(clock.now(), tick=False):
        for n in range(30):
            try_password(client, f"inconnu{n}@ville.example", "x" * 12)
        assert try_password(client, email, make.PASSWORD).status_code == 422


def test_who_was_going_somewhere_arrives_there_and_nowhere_else(app: Flask, client: Any) -> None:
    email = person().email
    answer = client.get("/console/contacts/new")
    assert answer.headers["Location"] == "/sign-in?next=/console/contacts/new"
    arrived = try_password(client, email, make.PASSWORD, "/sign-in?next=/console/contacts/new")
    assert arrived.headers["Location"] == "/console/contacts/new"
    for elsewhere in ("https://ailleurs.example/", "//ailleurs.example/", "/\\ailleurs.example"):
        answer = try_password(client, email, make.PASSWORD, f"/sign-in?next={elsewhere}")
        assert answer.headers["Location"] == "/console/"


def test_a_person_who_left_neither_signs_in_nor_stays(app: Flask, client: Any) -> None:
    gone = person()
    signed_in(client, gone, make.PASSWORD)
    assert client.get("/console/").status_code == 200
    gone.disabled_at = clock.now()
    assert client.get("/console/").status_code == 302
    assert try_password(client, gone.email, make.PASSWORD).status_code == 422


def test_signing_out_ends_the_session_on_the_server(app: Flask, client: Any) -> None:
    signed_in(client, person(), make.PASSWORD)
    kept = client.get_cookie("relais")
    assert kept is not None
    assert send(client, "/sign-out").headers["Location"] == "/sign-in"
    client.set_cookie("relais", kept.value)  # a cookie that somebody kept opens nothing any more
    assert client.get("/console/").status_code == 302


def test_the_address_of_signing_out_asks_and_signs_nobody_out(app: Flask, client: Any) -> None:
    assert client.get("/sign-out").headers["Location"] == "/sign-in"
    signed_in(client, person(), make.PASSWORD)
    asked = client.get("/sign-out")
    assert "Vous êtes encore connecté" in asked.text and 'href="/console/"' in asked.text
    assert client.get("/console/").status_code == 200


def test_who_signs_out_is_away(app: Flask, client: Any) -> None:
    agent = make.serving(make.queue())
    signed_in(client, agent, make.PASSWORD)
    send(client, "/sign-out")
    assert presence.of(agent).state == "away"
    editor = make.staff("editor")
    signed_in(client, editor, make.PASSWORD)
    send(client, "/sign-out")
    assert db.session.get(Presence, editor.id) is None


@pytest.mark.parametrize("later", [sessions.IDLE, sessions.LONGEST])
def test_a_session_ends_when_idle_and_in_any_case_after_a_day_of_work(
    app: Flask, client: Any, later: timedelta
) -> None:
    signed_in(client, person(), make.PASSWORD)
    if later is sessions.LONGEST:  # someone who works all day
        db.session.execute(db.update(StaffSession).values(last_seen_at=clock.now() + later))
    with time_machine.travel(clock.now() + later + timedelta(seconds=1), tick=False):
        assert client.get("/console/").status_code == 302


def test_a_page_opened_is_a_sign_of_life_and_a_desk_that_asks_by_itself_is_none(
    app: Flask, client: Any
) -> None:
    signed_in(client, person(), make.PASSWORD)
    later = clock.now() + timedelta(minutes=5)

    def seen() -> Any:
        return db.session.scalars(db.select(StaffSession.last_seen_at)).one()

    with time_machine.travel(later, tick=False):
        assert client.get("/console/waiting").status_code == 200
        assert seen() < later
        assert client.get("/console/").status_code == 200
        assert seen() == later


def test_a_form_shown_again_minutes_later_leaves_its_sign_of_life_and_waits_for_nobody(
    app: Flask, client: Any
) -> None:
    """The page of a POST is drawn in a transaction that may write: its sign of life must not wait for that one."""
    who = person()
    signed_in(client, who, make.PASSWORD)
    csrf = token(client)
    later = clock.now() + timedelta(minutes=5)
    with time_machine.travel(later):
        answer = client.post("/console/citizens", data={"who": "", "csrf_token": csrf})
    assert answer.status_code == 422
    seen = db.session.scalars(db.select(StaffSession.last_seen_at).filter_by(staff_id=who.id)).one()
    assert seen >= later
