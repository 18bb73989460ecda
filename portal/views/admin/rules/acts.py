"""Doors of one rule: what is in force, what is being drafted, who reads it, when it comes, what was changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, time
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal import history
from portal.database import db
from portal.errors import Refused
from portal.history import Event
from portal.referrals.checking import checks
from portal.referrals.models import ReferralRule
from portal.referrals.ruling import editing, examples, planning, reading, reviewing, versions
from portal.referrals.ruling.wording import lacking
from portal.staff.managing import names_of
from portal.views import here
from portal.views.admin import bp
from portal.views.admin.rules import words
from portal.views.admin.rules.table import administrator
from portal.views.forms import Form, new_key

ACTS: dict[str, tuple[Callable[..., Any], str]] = {
    "publication": (editing.publish, "La règle est publiée : les prochaines recherches la suivent."),
    "rollback": (editing.roll_back, "La version précédente est de nouveau en vigueur."),
    "retirement": (editing.retire, "La règle est retirée. Ses versions sont gardées."),
    "draft-removal": (editing.drop_draft, "Le brouillon est abandonné. L’historique en garde le texte."),
    "review": (reviewing.ask_for_review, "La relecture est demandée : une autre personne peut publier."),
    "unplanning": (planning.unplan, "La publication prévue est annulée : c’est de nouveau un brouillon."),
}
TAKEN_BACK = ("rollback", "retirement")  # at once, if need be against an example


@bp.get("/rules/<int:rule_id>")
@administrator
def rule(rule_id: int) -> str:
    return _show(reading.rule_for(current_user, rule_id), Form())


@bp.post("/rules/<int:rule_id>/<any(publication,rollback,retirement,'draft-removal',review,unplanning):act>")
@administrator
def act_on_rule(rule_id: int, act: str) -> Any:
    found = reading.rule_for(current_user, rule_id)
    form = Form(request.form)
    verb, done = ACTS[act]
    knowingly = {"knowingly": bool(form.text("knowingly"))} if act in TAKEN_BACK else {}
    version = form.number("version")
    if version is None:
        abort(400)
    try:
        verb(found, version=version, by=current_user.actor, form_key=form.key(), **knowingly)
    except Refused as refusal:
        if refusal.field not in ("examples", "knowingly"):
            raise
        return _show_again(rule_id, form, refusal, act)
    db.session.commit()
    flash(done, "good")
    return redirect(url_for("admin.rule", rule_id=rule_id))


@bp.post("/rules/<int:rule_id>/planning")
@administrator
def plan_rule(rule_id: int) -> Any:
    found = reading.rule_for(current_user, rule_id)
    form = Form(request.form)
    at = _read_moment(form)
    try:
        form.refuse_unread()
        planning.plan(found, at, version=form.number("version"), by=current_user.actor, form_key=form.key())
    except Refused as refusal:
        return _show_again(rule_id, form, refusal)
    db.session.commit()
    flash("La publication est prévue. La règle sera vérifiée de nouveau à ce moment-là.", "good")
    return redirect(url_for("admin.rule", rule_id=rule_id))


@bp.post("/rules/<int:rule_id>/sent-back")
@administrator
def send_back_rule(rule_id: int) -> Any:
    found = reading.rule_for(current_user, rule_id)
    form = Form(request.form)
    version, key = form.number("version"), form.key()
    try:
        reviewing.send_back(found, form.text("reason"), version=version, by=current_user.actor, form_key=key)
    except Refused as refusal:
        if refusal.field != "reason":
            raise
        return _show_again(rule_id, form, refusal)
    db.session.commit()
    flash("Le brouillon est renvoyé à son auteur, avec vos raisons.", "good")
    return redirect(url_for("admin.rule", rule_id=rule_id))


@bp.get("/rules/<int:rule_id>/check")
@administrator
def check_draft(rule_id: int) -> Any:
    """What would be wrong were the draft in force: with it, and by it with others."""
    found = reading.rule_for(current_user, rule_id)
    draft = versions.draft_of(found) or versions.planned_of(found)
    if draft is None:
        flash("Cette règle n’a pas de brouillon à vérifier.", "info")
        return redirect(url_for("admin.rule", rule_id=rule_id))
    findings = checks.findings_of_draft(draft)
    names = dict.fromkeys({n for one in findings for n in one.rules})
    slugs = db.select(ReferralRule.id, ReferralRule.slug).where(ReferralRule.id.in_(names))
    known = {row.id: row.slug for row in db.session.execute(slugs)}
    return render_template(
        "admin/rules/check_draft.html",
        rule=found,
        draft=draft,
        findings=[one.told(known) for one in findings],
        failing=examples.failing(draft),
        words=words,
    )


def _told(events: Iterable[Event]) -> Iterator[dict[str, Any]]:
    """What the rule said before and after each event."""
    for event in events:
        changed = event.details.get("changed") or {}
        yield from ({name: pair[n] for name, pair in changed.items()} for n in (0, 1))


def _read_moment(form: Form) -> datetime:
    """The day and the hour typed, as people there read them."""
    day = form.day("publish_on")
    if day is None:
        form.refuse("publish_on", "Choisissez le jour.")
    try:
        hour = time.fromisoformat(form.text("publish_at") or "00:00")
    except ValueError:
        form.refuse("publish_at", "Écrivez une heure, comme 08:30.")
        hour = time()
    return here.calendar().at(day or here.today(), hour)


def _show_again(rule_id: int, form: Form, refusal: Refused, act: str = "") -> Any:
    db.session.rollback()
    form.take(refusal)
    confirms = act if refusal.field == "knowingly" else ""
    return _show(reading.rule_for(current_user, rule_id), form, confirms), refusal.status


def _show(found: ReferralRule, form: Form, confirms: str = "") -> str:
    draft, planned = versions.draft_of(found), versions.planned_of(found)
    published, events = versions.published_of(found), history.of(found)
    proposed = draft or planned
    texts = [versions.texts(published), versions.texts(proposed)]
    return render_template(
        "admin/rules/rule.html",
        rule=found,
        draft=draft,
        planned=planned,
        published=published,
        former=versions.former_of(found),
        compared=words.rows_of(*texts) if published and proposed else [],
        may_publish=proposed is not None and reviewing.may_publish(found, proposed, current_user.actor),
        reviewed=reviewing.is_reviewed(found.organization_id),
        lacking=[words.LANGUAGES[of] for of in lacking(proposed.explanations)] if proposed else [],
        events=events,
        people=names_of(history.actors(events)),
        names=words.names_of_texts([*texts, *_told(events)]),
        words=words,
        form_key=new_key(),
        confirms=confirms,
        values=form.values,
        errors=form.errors,
    )
