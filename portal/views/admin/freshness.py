"""Doors of freshness: what nobody has confirmed for long, its owners asked, their corrections taken or set aside."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal import clock
from portal.database import db
from portal.directory import asking, correcting, owners
from portal.directory.correcting import Correction
from portal.directory.models import Organization
from portal.errors import Missing, Refused
from portal.referrals import receivers
from portal.views import guards
from portal.views.admin import bp
from portal.views.admin import services_words as words
from portal.views.context import settings

administrators = guards.staff("administrator")


@bp.get("/freshness")
@administrators
def freshness() -> str:
    everyone = request.args.get("among") == "all"
    known = receivers.known_addresses()
    name = request.args.get("name", "").strip()[:100]
    offset = request.args.get("offset", 0, type=int)
    found, more = owners.owners(
        clock.now(),
        settings().stale_months,
        among=None if everyone else known,
        name=name,
        offset=max(offset, 0),
    )
    return render_template(
        "admin/freshness/list.html",
        owners=found,
        addresses=known,
        everyone=everyone,
        name=name,
        following=offset + owners.A_PAGE if more else None,
        corrections=len(correcting.inbox()),
        months=settings().stale_months,
        a_day=settings().confirmations_a_day,
        values={"name": name},
    )


@bp.post("/freshness/ask")
@administrators
def ask_owners() -> Any:
    known, asked, silent = receivers.known_addresses(), 0, []
    chosen = [int(one) for one in request.form.getlist("organization")[: owners.A_PAGE] if one.isdigit()]
    for organization in db.session.scalars(db.select(Organization).where(Organization.id.in_(chosen))):
        try:
            asking.ask(organization, known.get(organization.id, ""), by=current_user.actor)
            asked += 1
        except Refused:
            silent.append(organization.name)
    db.session.commit()
    if asked:
        flash(f"{asked} demande{'s' if asked > 1 else ''} en route.", "good")
    if silent:
        flash(f"Sans adresse électronique : {', '.join(silent)}.", "warning")
    if not chosen:
        flash("Cochez au moins une organisation.", "warning")
    return redirect(url_for("admin.freshness", among=request.form.get("among") or None))


@bp.get("/corrections")
@administrators
def corrections() -> str:
    return render_template(
        "admin/freshness/corrections.html", corrections=correcting.inbox(), words=words, rows=_rows
    )


@bp.post("/corrections/<int:correction_id>/<any(accept,refuse):act>")
@administrators
def decide_correction(correction_id: int, act: str) -> Any:
    found = db.session.get(Correction, correction_id)
    if found is None:
        raise Missing
    if act == "accept":
        correcting.accept(found, current_user)
    else:
        correcting.refuse(found, current_user)
    db.session.commit()
    flash("La correction est publiée." if act == "accept" else "La correction est écartée.", "good")
    return redirect(url_for("admin.corrections"))


def _rows(correction: Correction) -> list[tuple[str, str, str]]:
    """What is published and what is proposed, field by field."""
    before, after = ({name: pair[n] for name, pair in correction.changes.items()} for n in (0, 1))
    return words.rows(before, after)
