"""The administration: rules, articles, documents, directory and staff, changed without a developer."""

from __future__ import annotations

from flask import Blueprint, render_template

from portal.views import guards

bp = Blueprint("admin", __name__, url_prefix="/admin")


@bp.get("/")
@guards.staff("administrator", "editor")
def home() -> str:
    return render_template("admin/home.html")


from portal.views.admin import (  # noqa: E402,F401  (they register their views on `bp`)
    articles,
    documents,
    embedders,
    freshness,
    kinds,
    levels,
    lines,
    lines_says,
    macros,
    mailboxes,
    menus,
    menus_steps,
    organizations,
    partners,
    queues,
    rules,
    rules_acts,
    rules_checks,
    rules_drafts,
    rules_examples,
    rules_ranked,
    rules_trials,
    scripts,
    scripts_steps,
    senders,
    services,
    set_aside,
    staff,
    staffing,
    teams,
    templates,
    topics,
)
