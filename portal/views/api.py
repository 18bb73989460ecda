"""The doors for other programs, and for those who watch over ours."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify

from portal.database import db
from portal.views import guards

bp = Blueprint("api", __name__)


@bp.get("/healthz")
@guards.anyone
def alive() -> Any:
    return jsonify(status="ok")


@bp.get("/readyz")
@guards.anyone
def ready() -> Any:
    db.session.execute(db.text("SELECT 1"))
    return jsonify(status="ready")
