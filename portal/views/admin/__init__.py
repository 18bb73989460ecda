"""The administration: rules, articles, documents, directory and staff, changed without a developer."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

from flask import Blueprint, render_template
from flask_login import current_user

from portal.telephony import alerts
from portal.views import guards

bp = Blueprint("admin", __name__, url_prefix="/admin")


@bp.get("/")
@guards.staff("administrator", "editor")
def home() -> str:
    told = alerts.alerts(current_user.organization_id) if current_user.role == "administrator" else []
    return render_template("admin/home.html", alerts=told)


for module in walk_packages(__path__, f"{__name__}."):
    import_module(module.name)  # each writes its doors on the blueprint
