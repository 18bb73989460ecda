"""The requests that are measured: a browser's, the network's and an agent's."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask
from twilio.request_validator import RequestValidator

from bench import fill
from portal.articles.models import Article
from portal.config import Settings
from portal.database import db
from portal.lines.models import Line

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
QUESTIONS = ("carte d’identité perdue", "aide pour payer la cantine", "où jeter un canapé", "demander le RSA")


@dataclass(frozen=True, slots=True)
class Request:
    """`unique` are its texts that no other request has."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    unique: tuple[str, ...] = ()

    @property
    def of_werkzeug(self) -> dict[str, Any]:
        return {"method": self.method, "path": self.path, "headers": self.headers, "data": self.body}


@dataclass(frozen=True, slots=True)
class Door:
    name: str
    asked: Callable[[], Request]
    status: int = 200


def doors(app: Flask, *, cookie: str) -> list[Door]:
    """The doors measured; `cookie` is that of an agent."""
    with app.app_context():
        slug = db.session.scalars(db.select(Article.slug).order_by(Article.id)).first()
        db.session.rollback()
    home = app.test_client()
    page = home.get("/fr/requests/new?nature=").get_data(as_text=True)
    visitor, token = _cookie(home), (_TOKEN.search(page) or ["", ""])[1]
    return [
        Door(
            "search",
            lambda: Request("GET", f"/fr/search?q={quote(QUESTIONS[0])}", {"Cookie": visitor, **_address()}),
        ),
        Door("article", lambda: Request("GET", f"/fr/articles/{slug}", {"Cookie": visitor, **_address()})),
        Door("web request", lambda: _web_request(visitor, token), 303),
        Door("text webhook", text(app)),
        Door(
            "citizen's file", lambda: Request("GET", f"/console/citizens/{fill.STEADY}", {"Cookie": cookie})
        ),
    ]


def sign_in(app: Flask, role: str = "agent") -> str:
    """The cookie of somebody of the demo town in this role."""
    settings: Settings = app.extensions["settings"]
    lines = (settings.data_dir / "sign-ins.txt").read_text().splitlines()
    address, password = next(line.split()[1:3] for line in lines if line.startswith(role))
    client = app.test_client()
    token = _TOKEN.search(client.get("/sign-in").get_data(as_text=True))
    client.post("/sign-in", data={"csrf_token": token and token[1], "email": address, "password": password})
    return _cookie(client)


def _cookie(client: Any) -> str:
    cookie = client.get_cookie("relais")
    return f"relais={cookie.value}" if cookie else ""


def _web_request(cookie: str, token: str) -> Request:
    key, number = secrets.token_urlsafe(18), _number()
    fields = {
        "csrf_token": token,
        "form_key": key,
        "subject": "Inscription à la cantine",
        "body": "Bonjour, mon fils entre au CP en janvier : comment l’inscrire à la cantine ?",
        "reach": number,
    }
    headers = {**FORM, "Cookie": cookie, **_address()}
    return Request("POST", "/fr/requests/new", headers, urlencode(fields), (key, number))


def text(app: Flask) -> Callable[[], Request]:
    """Makes texts to a line of the town, each from a number of its own."""
    settings: Settings = app.extensions["settings"]
    with app.app_context():
        line = db.session.scalars(db.select(Line)).first()
        to = (line.text_number or line.number) if line else ""
        db.session.rollback()
    return lambda: _text(settings, to)


def _text(settings: Settings, to: str) -> Request:
    sid, number = f"SM{secrets.token_hex(16)}", _number()
    fields = {
        "AccountSid": settings.twilio_account_sid,
        "MessageSid": sid,
        "From": number,
        "To": to,
        "Body": "Bonjour, mon voisin fait du bruit la nuit",
        "NumMedia": "0",
        "NumSegments": "1",
    }
    url = settings.public_base_url + "/telephone/text"
    signature = RequestValidator(settings.twilio_auth_token).compute_signature(url, fields)
    headers = {**FORM, "X-Twilio-Signature": signature}
    return Request("POST", "/telephone/text", headers, urlencode(fields), (sid, number))


def _address() -> dict[str, str]:
    """Somebody's: one address alone may only ask so much."""
    return {"X-Forwarded-For": f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"}


def _number() -> str:
    """A number that nobody has written from: the range that no network of France has opened."""
    return f"+336{70_000_000 + secrets.randbelow(20_000_000)}"
