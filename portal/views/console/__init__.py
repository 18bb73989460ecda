"""The console: who waits, who is calling, what came before, and the wrap-up."""

from __future__ import annotations

from flask import Blueprint, render_template

from portal.views import guards

bp = Blueprint("console", __name__, url_prefix="/console")


@bp.get("/")
@guards.staff("agent", "supervisor")
def desk() -> str:
    return render_template("console/desk.html")
