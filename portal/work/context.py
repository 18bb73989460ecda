"""What the worker's doors reach for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import current_app
from flask_babel import format_date

from portal.config import Settings
from portal.contacts.models import Contact


def settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def follow_link(contact: Contact) -> str:
    """Where whoever wrote in this contact follows their request, in their language."""
    return f"{settings().public_base_url}/{contact.language}/requests/follow"


def written(values: dict[str, Any]) -> dict[str, Any]:
    """Dates as the reader writes them."""
    return {
        name: format_date(value, "d MMMM y") if isinstance(value, date | datetime) else value
        for name, value in values.items()
    }
