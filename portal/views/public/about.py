"""What the law asks every public site to say: accessibility, who publishes it, what becomes of personal data."""

from __future__ import annotations

from flask import render_template

from portal.views import guards
from portal.views.public import bp, cards


@bp.get("/<language:lang>/accessibility")
@guards.anyone
def accessibility() -> str:
    return render_template("public/accessibility.html", desk=cards.front_desk())


@bp.get("/<language:lang>/legal")
@guards.anyone
def legal() -> str:
    return render_template("public/legal.html", desk=cards.front_desk())


@bp.get("/<language:lang>/privacy")
@guards.anyone
def privacy() -> str:
    return render_template("public/privacy.html", desk=cards.front_desk())
