"""Signing in as someone of the cast, and sending forms as a browser does: with the token of the page they are on."""

from __future__ import annotations

import secrets
from typing import Any

from itsdangerous import URLSafeTimedSerializer

from portal.database import db
from portal.staff import sessions
from portal.staff.models import Staff


def token(client: Any) -> str:
    """The form token that any page of this session carries, made without drawing one; `tests/page.py` holds that
    every form has it."""
    with client.session_transaction() as session:
        raw = session.setdefault("csrf_token", secrets.token_hex(20))
    return str(URLSafeTimedSerializer(client.application.secret_key, salt="wtf-csrf-token").dumps(raw))


def signed_in(client: Any, person: Staff, password: str = "") -> Any:
    """The client, signed in as this person: by the form if a password is given, else with the session that the form
    would have begun. What the form does is the matter of tests of its own."""
    if password:
        form = {"csrf_token": token(client), "email": person.email, "password": password}
        answer = client.post("/sign-in", data=form)
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return client
    begun = sessions.begin_session(person)
    db.session.commit()
    with client.session_transaction() as session:
        session.clear()
        session.update({"token": begun, "_user_id": str(person.id), "_fresh": False})
    db.session.expire_all()
    return client


def send(client: Any, path: str, data: dict[str, Any] | None = None) -> Any:
    """Posts a form with the token that this session's pages carry."""
    return client.post(path, data={"csrf_token": token(client), **(data or {})})
