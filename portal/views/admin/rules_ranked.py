"""The rules ranked by what became of those whom they sent, and what would mend them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import render_template, request
from flask_login import current_user

from portal import clock
from portal.articles.models import Topic
from portal.database import db
from portal.referrals.following import ranking
from portal.referrals.following.receivers import name_of
from portal.views import guards
from portal.views.admin import bp

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
    topics = {topic.id: topic.names.get("fr", topic.slug) for topic in db.session.scalars(db.select(Topic))}
    return render_template(
        "admin/rules/ranked.html",
        days=days,
        periods=PERIODS,
        records=records,
        mends={one.rule.id: [_said(mend, topics) for mend in one.mends] for one in records},
        reasons=REASONS,
        totals={
            name: sum(getattr(one, name) for one in records) for name in ("sent", "failed", "ping_pongs")
        },
    )


def _said(mend: ranking.Mend, topics: dict[int, str]) -> dict[str, Any]:
    """The mend in words; `service` where the draft may be opened with it already written."""
    if mend.service is not None:
        words = f"{mend.count} refus nomment {name_of(mend.service)}"
        return {"words": words, "act": f"Envoyer vers {name_of(mend.service)}", "service": mend.service.slug}
    where = {"commune": mend.commune, "topic": topics.get(mend.topic_id or 0, "")}.get(mend.kind, "")
    words = {
        "commune": f"{mend.count} échecs viennent de {where} : faites-en une règle à part, ou retirez cette commune",
        "topic": f"{mend.count} échecs portent sur « {where} » : précisez les thèmes de la règle",
        "silent": f"{mend.count} sans réponse : vérifiez l’adresse de l’organisme, ou appelez-le",
    }[mend.kind]
    return {"words": words, "act": "Ouvrir le brouillon", "service": ""}
