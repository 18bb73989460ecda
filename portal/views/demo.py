"""Doors of the demo only: the mailbox, where letters stay that no SMTP server takes."""

from __future__ import annotations

from flask import Blueprint, render_template

from portal.database import db
from portal.mail.models import Letter
from portal.views import guards

bp = Blueprint("demo", __name__, url_prefix="/demo")


@bp.get("/mailbox")
@guards.demo_only
def mailbox() -> str:
    letters = db.session.scalars(db.select(Letter).order_by(Letter.id.desc()).limit(50))
    return render_template("demo/mailbox.html", letters=list(letters))
