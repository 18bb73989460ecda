"""What is typed in the console's pages is kept while it is typed, for who types it; and who else has a page open."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, g, redirect, render_template, request

from portal.database import db
from portal.staff import jottings, onlookers
from portal.views import carrying, marks
from portal.views.console.desk.live import standing_here
from portal.views.console.door import agents, bp, me


@bp.post("/jottings")
@agents
def jot() -> Response:
    """The fields typed in since the last time, and what they said before. Typing is a sign of life."""
    page = marks.my_posted_page()
    named, typed, over = (request.form.getlist(name) for name in ("field", "typed", "over"))
    if page:
        words = {
            name: (new, None if request.form.get("unknown") else old)
            for name, new, old in zip(named, typed, over, strict=False)
            if name not in carrying.NOT_TYPED
        }
        jottings.jot(me().id, page, words)
        db.session.commit()
    return Response("", 200 if page else 400, mimetype="text/plain")


@bp.post("/jottings/forget")
@agents
def forget_jottings() -> Any:
    """What was typed is not wanted."""
    page = marks.my_posted_page()
    if page:
        jottings.forget(me().id, page)
        db.session.commit()
        flash("C’est effacé.")
    return redirect(page or "/console/")


@bp.post("/here")
@agents
def here() -> Any:
    """A page that is looked at says so now and then, and is told who else looks. By itself it is no sign of life."""
    g.pop("staff_session", None)
    page = marks.my_posted_page()
    if not page:
        return Response("", 400, mimetype="text/plain")
    if request.form.get("gone"):
        onlookers.leave(page, by=me())
    else:
        onlookers.look(page, by=me(), types=bool(request.form.get("types")))
    db.session.commit()
    return render_template("console/desk/here.html", others=onlookers.others(page, by=me()))


@bp.context_processor
def company() -> dict[str, Any]:
    """Who else has the page open that is being drawn."""
    return {"others_here": _others}


def _others() -> list[onlookers.Other]:
    return onlookers.others(marks.page_shown(), by=me()) if standing_here().is_joined else []
