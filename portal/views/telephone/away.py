"""The database is away: a caller still hears a sentence; what the network tells, it is asked to tell again."""

from __future__ import annotations

from typing import Any

from flask import request

from portal.database import db
from portal.views.refusals import AWAY, database_away
from portal.views.telephone import bp, speech


def _speak(error: Exception) -> Any:
    db.session.rollback()
    if request.path.startswith("/telephone/voice"):
        return speech.answer(speech.unavailable())
    return database_away(error)


for kind in AWAY:
    bp.register_error_handler(kind, _speak)
