"""Browsers that somebody is signed in with already: signing in by hand is the matter of tests of its own."""

from __future__ import annotations

from typing import Any

from flask import Flask

from portal.database import db
from portal.staff import sessions
from portal.staff.models import Staff


def session_cookie(app: Flask, base_url: str, said: dict[str, Any]) -> dict[str, str]:
    """The cookie of a browser to which the portal has said this."""
    serializer = app.session_interface.get_signing_serializer(app)
    return {"name": app.config["SESSION_COOKIE_NAME"], "value": serializer.dumps(said), "url": base_url}


def enter(app: Flask, context: Any, base_url: str, person: Staff) -> None:
    """From now on the browser is this person's."""
    said = {"token": sessions.begin_session(person), "_user_id": str(person.id), "_fresh": False}
    db.session.commit()
    context.add_cookies([session_cookie(app, base_url, said)])
