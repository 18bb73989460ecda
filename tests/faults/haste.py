"""Applications that give up as early as in production: those of the other tests wait as long as it takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from portal.app import create_app
from portal.config import Settings
from portal.database import db


@contextmanager
def in_a_hurry(settings: Settings) -> Iterator[Flask]:
    """An application with these settings, as it is made in production."""
    app = create_app(settings)
    app.config["RELAIS_LIMITS"] = False
    yield app
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
