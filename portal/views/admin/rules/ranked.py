"""The rules ranked by what became of those whom they sent, and what would mend them."""

from __future__ import annotations

from datetime import timedelta

from flask import render_template, request
from flask_login import current_user

from portal import clock
from portal.articles import shelf
from portal.referrals.following import ranking
from portal.views import guards
from portal.views.admin import bp
from portal.views.admin.rules import mends as rules_mends

PERIODS = {30: "30 jours", 90: "3 mois", 365: "12 mois"}
REASONS = {
    "not_for_us": "pas de son ressort",
    "wrong_area": "hors de son territoire",
    "missing_piece": "pièce manquante",
    "duplicate": "déjà reçue",
    "unreachable": "injoignable",
}


@bp.get("/referrals/rules")
@guards.staff("administrator")
def ranked_rules() -> str:
    """Over 90 days unless another period is asked for."""
    days = request.args.get("days", 90, type=int)
    days = days if days in PERIODS else 90
    records = ranking.ranking(current_user.organization_id, clock.now() - timedelta(days=days))
    topics = {topic.id: topic for topic in shelf.topics()}
    return render_template(
        "admin/rules/ranked.html",
        days=days,
        periods=PERIODS,
        records=records,
        mends={
            one.rule.id: [rules_mends.said(one.rule, mend, topics) for mend in one.mends] for one in records
        },
        reasons=REASONS,
        totals={
            name: sum(getattr(one, name) for one in records) for name in ("sent", "failed", "ping_pongs")
        },
    )
