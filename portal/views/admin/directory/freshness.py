"""Doors of freshness: what nobody has confirmed for long, its owners asked, their corrections taken or set aside."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal import clock
from portal.database import db
from portal.directory.confirming import asking, correcting, owners
from portal.directory.confirming.correcting import Correction
from portal.directory.models import Organization
from portal.errors import Missing, Refused
from portal.referrals.following import receivers
from portal.views import guards
from portal.views.admin import bp
from portal.views.admin.directory import words
from portal.views.context import settings
from portal.views.forms import Form

administrators = guards.staff("administrator")


@bp.get("/freshness")
@administrators
def freshness() -> str:
    form, known, months = Form(request.args), receivers.known_addresses(), settings().stale_months
    everyone, name = form.text("among") == "all", form.text("name")[:100]
    offset = form.number("offset") or 0
    among = None if everyone else known
    found, more = owners.owners(clock.now(), months, among=among, name=name, offset=offset)
    return render_template(
        "admin/freshness/list.html",
        owners=found,
        addresses=known,
        everyone=everyone,
        following=offset + owners.A_PAGE if more else None,
        corrections=len(correcting.inbox()),
        months=months,
        a_day=settings().confirmations_a_day,
        values={"name": name},
    )


@bp.post("/freshness/ask")
@administrators
def ask_owners() -> Any:
    chosen = [
        int(one)
        for one in request.form.getlist("organization")[: owners.A_PAGE]
        if one.isdecimal() and len(one) < 12
    ]
    asked, silent = _ask(chosen)
    db.session.commit()
    if asked:
        flash(f"{asked} demande{'s' if asked > 1 else ''} en route.", "good")
    if silent:
        flash(f"Sans adresse électronique : {', '.join(silent)}.", "warning")
    if not chosen:
        flash("Cochez au moins une organisation.", "warning")
    return redirect(url_for("admin.freshness", among=request.form.get("among") or None))


def _ask(chosen: list[int]) -> tuple[int, list[str]]:
    """How many are asked, and the names of those who have no address."""
    known, asked, silent = receivers.known_addresses(), 0, []
    for organization in db.session.scalars(db.select(Organization).where(Organization.id.in_(chosen))):
        try:
            asking.ask(organization, known.get(organization.id, ""), by=current_user.actor)
            asked += 1
        except Refused:
            silent.append(organization.name)
    return asked, silent


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
