"""Doors of a rule's draft: the form in plain words, kept as typed, beside what somebody else saved meanwhile."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal.database import db
from portal.errors import Refused, Stale
from portal.referrals.models import ReferralRule
from portal.referrals.ruling import editing, reading, versions
from portal.referrals.ruling.wording import Wording, wording_of
from portal.views.admin import bp
from portal.views.admin.content.words import topic_names
from portal.views.admin.rules import mends, words
from portal.views.admin.rules.form import read_wording, typed_values, values_of
from portal.views.admin.rules.table import administrator
from portal.views.forms import Form, new_key

KEPT = "Le brouillon est gardé. Essayez-le, puis publiez-le."


@bp.get("/rules/new")
@administrator
def new_rule() -> str:
    """Empty, or like another rule for the commune or the topic where that one fails."""
    like = request.args.get("like", type=int)
    if like is None:
        return _show_form(None, values_of(Wording(service_id=None), words.read_names([])))
    return _show_form(None, mends.apart(_values(reading.rule_for(current_user, like)), request.args))


@bp.post("/rules")
@administrator
def create_rule() -> Any:
    form = Form(request.form)
    wording = read_wording(form)
    try:
        form.refuse_unread()
        rule = editing.draft_rule(
            form.text("name"),
            wording,
            organization_id=current_user.organization_id,
            by=current_user.actor,
            form_key=form.key(),
        )
    except Refused as refusal:
        return _show_again(None, form, refusal)
    db.session.commit()
    flash(KEPT, "good")
    return redirect(url_for("admin.rule", rule_id=rule.id))


@bp.get("/rules/<int:rule_id>/edit")
@administrator
def edit_rule(rule_id: int) -> str:
    found = reading.rule_for(current_user, rule_id)
    return _show_form(found, mends.without(_values(found), request.args))


@bp.post("/rules/<int:rule_id>/draft")
@administrator
def save_draft(rule_id: int) -> Any:
    found = reading.rule_for(current_user, rule_id)
    form = Form(request.form)
    wording = read_wording(form)
    try:
        form.refuse_unread()
        editing.revise_draft(
            found, wording, version=form.number("version"), by=current_user.actor, form_key=form.key()
        )
    except Refused as refusal:
        return _show_again(rule_id, form, refusal)
    db.session.commit()
    flash(KEPT, "good")
    return redirect(url_for("admin.rule", rule_id=rule_id))


def _values(rule: ReferralRule) -> dict[str, Any]:
    version = versions.draft_of(rule) or reading.shown_version(rule)
    return values_of(wording_of(version), words.read_names([version]))


def _show_form(rule: ReferralRule | None, values: dict[str, Any], **shown: Any) -> str:
    return render_template(
        "admin/rules/form.html",
        rule=rule,
        values=values,
        topics=list(topic_names().items()),
        words=words,
        **{"errors": {}, "rows": [], "form_key": new_key(), **shown},
    )


def _show_again(rule_id: int | None, form: Form, refusal: Refused) -> Any:
    """The form as it was typed, with what is wrong; beside what somebody else saved meanwhile, when it is that."""
    db.session.rollback()
    found = reading.rule_for(current_user, rule_id) if rule_id else None
    rows = words.rows_of(refusal.theirs, refusal.yours) if isinstance(refusal, Stale) else []
    form.take(refusal)
    shown = {"errors": form.errors, "rows": rows, "form_key": new_key() if rows else form.key()}
    if not rows and "version" in form.values:
        shown["version"] = form.values["version"]
    return _show_form(found, typed_values(form), **shown), refusal.status
