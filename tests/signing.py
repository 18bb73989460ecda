"""Signing in as someone of the cast, and sending forms as a browser does: with the token of the page they are on."""

from __future__ import annotations

import secrets
from typing import Any

from itsdangerous import URLSafeTimedSerializer

from portal.staff.models import Staff
from tests import make


def token(client: Any) -> str:
    """The form token that any page of this session carries, made without drawing one; `tests/page.py` holds that
    every form has it."""
    with client.session_transaction() as session:
        raw = session.setdefault("csrf_token", secrets.token_hex(20))
    return str(URLSafeTimedSerializer(client.application.secret_key, salt="wtf-csrf-token").dumps(raw))


def signed_in(client: Any, person: Staff, password: str = make.PASSWORD) -> Any:
    """The client, signed in as this person by the form."""
    answer = client.post(
        "/sign-in", data={"csrf_token": token(client), "email": person.email, "password": password}
    )
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return client


def send(client: Any, path: str, data: dict[str, Any] | None = None) -> Any:
    """Posts a form with the token that this session's pages carry."""
    return client.post(path, data={"csrf_token": token(client), **(data or {})})
