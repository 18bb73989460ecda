"""What doors reach for: the settings, the searcher, this visit's mark."""

from __future__ import annotations

import secrets
from typing import Any

from flask import current_app, session

from portal import clock
from portal.config import Settings

REQUESTED = "requested"  # in the session: the visit that sent a request


def settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def searcher() -> Any:
    return current_app.extensions["searcher"]


def visit() -> str:
    """A random mark of this visit, renewed each day: it tells two visits apart, and no more."""
    today = clock.local_day().isoformat()
    if session.get("visit_day") != today:
        session["visit"] = secrets.token_urlsafe(9)
        session["visit_day"] = today
    return str(session["visit"])
