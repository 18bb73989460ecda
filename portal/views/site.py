"""What every page says of the town: its name, its number, its colours."""

from __future__ import annotations

import time
from typing import Any

from flask import Blueprint, Flask, Response, current_app

from portal import clock
from portal.database import db
from portal.directory import calendars
from portal.directory.calendars import Calendar
from portal.directory.models import Organization
from portal.lines.saying import relay_of
from portal.views import guards
from portal.views.freshness import stale_text

FRESH_S = 10  # every page says it, so it is read again at most so often

bp = Blueprint("site", __name__)


def site() -> dict[str, Any]:
    """The host organization as pages show it."""
    kept: tuple[float, dict[str, Any]] | None = current_app.extensions.get("site")
    if kept and time.monotonic() - kept[0] < FRESH_S:
        return kept[1]
    host = db.session.scalar(db.select(Organization).filter_by(is_host=True))
    told = {
        "name": host.name if host else "Relais",
        "phone": host.phone if host else "",
        "email": host.email if host else "",
        "logo_url": None,
        "relay": relay_of(host.id, host.phone) if host else None,
        "calendar": calendars.of_organization(host.id) if host else Calendar(clock.wall()),
    }
    if host:  # an empty database is being set up: look again at the next page
        current_app.extensions["site"] = (time.monotonic(), told)
    return told


@bp.get("/site.css")
@guards.anyone
def colours() -> Response:
    """The town's own colours, over the defaults of the style sheets."""
    answer = Response("/* the town keeps the default colours */\n", mimetype="text/css")
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


def init_app(app: Flask) -> None:
    app.jinja_env.filters["stale_text"] = stale_text

    @app.context_processor
    def town() -> dict[str, Any]:
        try:
            return {"site": site()}
        except Exception:  # an error page must be drawn even when the database is away
            db.session.rollback()
            return {"site": {"name": "Relais", "phone": "", "email": "", "logo_url": None, "relay": None}}
