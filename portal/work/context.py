"""What the worker's doors reach for."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import current_app
from flask_babel import get_locale

from portal.config import Settings
from portal.contacts.models import Contact
from portal.dates import day_text


def settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def follow_link(contact: Contact) -> str:
    """Where whoever wrote in this contact follows their request, in their language."""
    return f"{settings().public_base_url}/{contact.language}/requests/follow"


def written(values: dict[str, Any]) -> dict[str, Any]:
    """Days as the reader writes them."""
    language = str(get_locale())
    return {
        name: day_text(value, language) if isinstance(value, date) else value
        for name, value in values.items()
    }
