"""Signing in as someone of the cast, and sending forms as a browser does: with the token of the page they are on."""

from __future__ import annotations

import re
from typing import Any

from portal.staff.models import Staff
from tests import make

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def token(client: Any, page: str = "/sign-in") -> str:
    """The form token of a page; signing in changes it."""
    found = TOKEN.search(client.get(page).get_data(as_text=True))
    assert found, f"no form on {page}"
    return found.group(1)


def signed_in(client: Any, person: Staff, password: str = make.PASSWORD) -> Any:
    """The client, signed in as this person by the form."""
    answer = client.post(
        "/sign-in", data={"csrf_token": token(client), "email": person.email, "password": password}
    )
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return client


def send(client: Any, path: str, data: dict[str, Any] | None = None, *, page: str = "/sign-in") -> Any:
    """Posts a form with the token that this session's pages carry."""
    return client.post(path, data={"csrf_token": token(client, page), **(data or {})})
