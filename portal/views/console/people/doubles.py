"""Files that may be one person's: why, and what somebody says of it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from portal.citizens import doubles
from portal.database import db
from portal.views.console.door import agents, bp, may_read, me
from portal.views.console.finding import typed
from portal.views.console.people.citizens import open_file


@bp.get("/doubles")
@agents
def doubles_page() -> str:
    pairs = doubles.proposed()
    shown = [one.id for _, *both in pairs for one in both if may_read(one)]
    return render_template("console/people/doubles.html", pairs=pairs, hints=typed.hints(shown))


@bp.post("/citizens/<int:citizen_id>/told-apart/<int:other_id>")
@agents
def tell_apart(citizen_id: int, other_id: int) -> Any:
    """Two people: it is not proposed again."""
    doubles.tell_apart(open_file(citizen_id), open_file(other_id), by=me())
    db.session.commit()
    flash("C’est noté : ce sont deux personnes. On ne vous le proposera plus.")
    return redirect(url_for("console.doubles_page"))
