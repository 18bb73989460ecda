"""The supervisor's room: the wallboard, on a desk or on a large screen."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for

from portal.reports import room as wallboard
from portal.reports import scope
from portal.views import here
from portal.views.console.desk import shared
from portal.views.console.desk.home import again
from portal.views.console.door import bp, me, supervisors
from portal.views.console.room import measured
from portal.views.forms import Form

MOST_QUEUES = 30


@bp.get("/room")
@supervisors
def room() -> str:
    asked = _asked()
    page = "console/room/room_screen.html" if asked["screen"] else "console/room/room.html"
    return render_template(page, part=_part(**asked), again=url_for("console.room_now", **_kept(**asked)))


@bp.get("/room/now")
@supervisors
def room_now() -> Any:
    """The figures alone, which the page asks for again: drawn once for all who see the same."""
    return again(_part(**_asked()))


def _asked() -> dict[str, Any]:
    """Which queues, and whether for a large screen: nothing in the address tells of a person."""
    form = Form(request.args)
    ids = request.args.getlist("queue")[:MOST_QUEUES]
    only = tuple(sorted({int(one) for one in ids if one.isascii() and one.isdigit() and len(one) < 10}))
    return {"screen": form.text("screen") == "1", "only": only}


def _kept(screen: bool, only: tuple[int, ...]) -> dict[str, Any]:
    return {"screen": "1" if screen else None, "queue": list(only) or None}


def _part(screen: bool, only: tuple[int, ...]) -> str:
    seen = scope.seen(me())

    def draw() -> str:
        found = wallboard.now(seen, here.zone(), only=only)
        return render_template("console/room/room_now.html", room=found, screen=screen, measured=measured)

    return shared.drawn_once("room", draw, seen, screen, only)
