"""Doors of the referral rules: the decision table, a rule and its history, its draft, its trial."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal import history
from portal.database import db
from portal.errors import Refused, Stale
from portal.referrals import editing, reading
from portal.referrals.models import ReferralRule
from portal.referrals.rules import compile_version, explain, in_force
from portal.referrals.suggesting import suggest
from portal.referrals.trying import recent_situations, try_draft
from portal.referrals.wording import Wording, lacking
from portal.staff.managing import names_of
from portal.views import context, guards
from portal.views.admin import bp
from portal.views.admin import rules_words as words
from portal.views.admin.rules_form import read_situation, read_wording, typed_values, values_of
from portal.views.forms import Form, new_key

administrator = guards.staff("administrator")

ACTS = {
    "publication": (editing.publish, "La règle est publiée : les prochaines recherches la suivent."),
    "rollback": (editing.roll_back, "La version précédente est de nouveau en vigueur."),
    "retirement": (editing.retire, "La règle est retirée. Ses versions sont gardées."),
    "draft-removal": (editing.drop_draft, "Le brouillon est abandonné. L’historique en garde le texte."),
}


@bp.get("/rules")
@administrator
def rules() -> str:
    found = reading.rules_for(current_user)
    changes = reading.last_changes(found)
    return render_template(
        "admin/rules/list.html",
        rules=[(rule, reading.shown_version(rule), changes.get(rule.id)) for rule in found],
        names=words.read_names(found),
        people=names_of(history.actors(changes.values())),
        state_of=words.state_of,
        verbs=words.VERBS,
    )


@bp.get("/rules/new")
@administrator
def new_rule() -> str:
    names = words.read_names([])
    return _show_form(None, names, values_of(Wording(service_id=0), names))


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
    flash("Le brouillon est gardé. Essayez-le, puis publiez-le.", "good")
    return redirect(url_for("admin.rule", rule_id=rule.id))


@bp.get("/rules/<int:rule_id>")
@administrator
def rule(rule_id: int) -> str:
    found = reading.rule_for(current_user, rule_id)
    draft, published = editing.draft_of(found), editing.published_of(found)
    events = history.of(found)
    return render_template(
        "admin/rules/rule.html",
        rule=found,
        draft=draft,
        published=published,
        former=editing.former_of(found),
        lacking=[words.LANGUAGES[of] for of in lacking(draft.explanations)] if draft else [],
        events=events,
        people=names_of(history.actors(events)),
        names=words.read_names([found]),
        words=words,
        form_key=new_key(),
    )


@bp.get("/rules/<int:rule_id>/edit")
@administrator
def edit_rule(rule_id: int) -> str:
    found = reading.rule_for(current_user, rule_id)
    names = words.read_names([found])
    version = editing.draft_of(found) or reading.shown_version(found)
    return _show_form(found, names, values_of(editing.wording_of(version), names))


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
    flash("Le brouillon est gardé. Essayez-le, puis publiez-le.", "good")
    return redirect(url_for("admin.rule", rule_id=rule_id))


@bp.post("/rules/<int:rule_id>/<any(publication,rollback,retirement,'draft-removal'):act>")
@administrator
def act_on_rule(rule_id: int, act: str) -> Any:
    found = reading.rule_for(current_user, rule_id)
    form = Form(request.form)
    verb, done = ACTS[act]
    version = form.number("version")
    if version is None:
        abort(400)
    verb(found, version=version, by=current_user.actor, form_key=form.key())
    db.session.commit()
    flash(done, "good")
    return redirect(url_for("admin.rule", rule_id=rule_id))


@bp.get("/rules/<int:rule_id>/trial")
@administrator
def trial(rule_id: int) -> Any:
    found = reading.rule_for(current_user, rule_id)
    return _show_trial(found, Form(), None)


@bp.post("/rules/<int:rule_id>/trial")
@administrator
def try_situation(rule_id: int) -> Any:
    """Words typed to try a rule may be somebody's: they come in a form, not in an address."""
    found = reading.rule_for(current_user, rule_id)
    form = Form(request.form)
    situation = read_situation(form)
    draft = editing.draft_of(found)
    if draft is None or not form.valid:
        return _show_trial(found, form, None)
    book = in_force(found.organization_id)
    tried = book.with_rule(compile_version(draft))
    outcomes = [suggest(situation, organization_id=found.organization_id, book=b) for b in (book, tried)]
    return _show_trial(found, form, {"findings": explain(draft, situation), "outcomes": outcomes})


def _show_form(rule: ReferralRule | None, names: words.Names, values: dict[str, Any], **shown: Any) -> str:
    return render_template(
        "admin/rules/form.html",
        rule=rule,
        names=names,
        values=values,
        topics=[(topic.slug, names.topics[topic.slug]) for topic in words.all_topics()],
        words=words,
        **{"errors": {}, "rows": [], "form_key": new_key(), **shown},
    )


def _show_again(rule_id: int | None, form: Form, refusal: Refused) -> Any:
    """The form as it was typed, with what is wrong; beside what somebody else saved meanwhile, when it is that."""
    db.session.rollback()
    found = reading.rule_for(current_user, rule_id) if rule_id else None
    names = words.read_names([found] if found else [])
    rows = names.rows(refusal.theirs, refusal.yours) if isinstance(refusal, Stale) else []
    form.take(refusal)
    shown = {"errors": form.errors, "rows": rows, "form_key": new_key() if rows else form.key()}
    if not rows and "version" in form.values:
        shown["version"] = form.values["version"]
    return _show_form(found, names, typed_values(form), **shown), refusal.status


def _show_trial(found: ReferralRule, form: Form, answer: dict[str, Any] | None) -> Any:
    draft = editing.draft_of(found)
    if draft is None:
        flash("Cette règle n’a pas de brouillon à essayer.", "info")
        return redirect(url_for("admin.rule", rule_id=found.id))
    names = words.read_names([found])
    tried = try_draft(draft, recent_situations(found.organization_id, context.settings().timezone))
    page = render_template(
        "admin/rules/trial.html",
        rule=found,
        trial=tried,
        answer=answer,
        names=names,
        communes=words.commune_names(move.commune for move in tried.moves),
        topics=[(topic.slug, names.topics[topic.slug]) for topic in words.all_topics()],
        words=words,
        values=typed_values(form),
        errors=form.errors,
    )
    return page, 200 if form.valid else 422
