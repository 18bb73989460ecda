"""What the worker's doors reach for."""

from __future__ import annotations

from flask import current_app

from portal.config import Settings


def settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found
