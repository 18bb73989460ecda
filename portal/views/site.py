"""What every page says of the town: its name, its number, its colours, its logo."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, request

from portal import clock
from portal.database import db
from portal.directory.appearance import dressing, logos
from portal.directory.appearance.colours import USUAL, sheet
from portal.directory.appearance.models import Appearance
from portal.directory.hours import calendars
from portal.directory.hours.calendars import Calendar
from portal.directory.models import Organization
from portal.lines.saying import relay_of
from portal.views import guards, kept
from portal.views.freshness import stale_text
from portal.views.headers import FOR_EVER

SUFFIXES = {logos.PNG: "png", logos.SVG: "svg"}

_IN_ADDRESS = re.compile(r"[0-9a-f]{6}")

bp = Blueprint("site", __name__)


def site() -> dict[str, Any]:
    """The host organization as pages show it."""
    return kept.for_a_while("site", _told)


def _told() -> dict[str, Any]:
    host = host_organization()
    return {
        "name": host.name if host else "Relais",
        "phone": host.phone if host else "",
        "email": host.email if host else "",
        "relay": relay_of(host.id, host.phone) if host else None,
        "calendar": calendars.of_organization(host.id) if host else Calendar(clock.wall()),
        **_dress(dressing.published(host.id) if host else None),
    }


def host_organization() -> Organization | None:
    return db.session.scalar(db.select(Organization).filter_by(is_host=True))


def _dress(look: Appearance | None) -> dict[str, Any]:
    """Where the style sheet and the logo are: addresses that change with them, so that browsers may keep both."""
    colour = look.colour if look else USUAL
    return {
        "colour": colour,
        "logo_url": f"/site-logo/{look.logo_digest}" if look and look.logo_type else None,
        "sheet_url": f"/site.css?v={colour.removeprefix('#')}",
        "icon_url": icon_url(colour),
    }


@bp.get("/site.css")
@guards.anyone
def colours() -> Response:
    """The town's own colour, over the defaults of the style sheets."""
    colour = site()["colour"]
    answer = Response(sheet(colour), mimetype="text/css")
    known = request.args.get("v") == colour.removeprefix("#")
    answer.headers["Cache-Control"] = FOR_EVER if known else f"public, max-age={kept.FRESH_S}"
    return answer


def icon_url(colour: str) -> str:
    return f"/site-icon/{colour.removeprefix('#')}.svg"


@bp.get("/site-icon/<colour>.svg")
@guards.anyone
def icon(colour: str) -> Response:
    """Our sign on a ground of this colour: what tells the tabs of a browser apart."""
    if not _IN_ADDRESS.fullmatch(colour):
        abort(404)
    answer = Response(_sign().replace(USUAL, f"#{colour}"), mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = FOR_EVER
    return answer


@cache
def _sign() -> str:
    return (Path(__file__).parents[2] / "static/icon.svg").read_text(encoding="utf-8")


@bp.get("/site-logo/<digest>")
@guards.anyone
def logo(digest: str) -> Response:
    """The town's logo."""
    return logo_answer(dressing.logo_of(digest), FOR_EVER)


def logo_answer(look: Appearance, cached: str) -> Response:
    """A logo as a picture, and as nothing else whatever is in it."""
    answer = Response(look.logo, content_type=look.logo_type)
    answer.headers["Cache-Control"] = cached
    answer.headers["Content-Disposition"] = f'inline; filename="logo.{SUFFIXES[look.logo_type]}"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def init_app(app: Flask) -> None:
    app.jinja_env.filters["stale_text"] = stale_text

    @app.context_processor
    def town() -> dict[str, Any]:
        try:
            return {"site": site()}
        except Exception:  # an error page must be drawn even when the database is away
            db.session.rollback()
            bare = {"name": "Relais", "phone": "", "email": "", "relay": None, "logo_url": None}
            return {"site": {**bare, "sheet_url": "/site.css", "icon_url": icon_url(USUAL)}}
