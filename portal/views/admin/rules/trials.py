"""Doors that try: a draft on what people really asked, and any situation on every rule."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal.referrals.deciding.distress import distress
from portal.referrals.deciding.rules import compile_version, explain, in_force
from portal.referrals.deciding.situations import Situation
from portal.referrals.deciding.suggesting import suggest
from portal.referrals.models import ReferralRule, RuleVersion
from portal.referrals.ruling import examples, reading, versions
from portal.referrals.ruling.trying import CHOICES, MOST, recent_situations, try_draft
from portal.views import guards, here
from portal.views.admin import bp
from portal.views.admin.content.words import topic_names
from portal.views.admin.rules import words
from portal.views.admin.rules.form import read_situation, typed_values
from portal.views.admin.rules.table import administrator
from portal.views.forms import Form, new_key
from portal.views.paging import A_PAGE, last_page, page_asked


@bp.get("/rules/<int:rule_id>/trial")
@administrator
def trial(rule_id: int) -> Any:
    """The draft tried on the last N real situations."""
    found = reading.rule_for(current_user, rule_id)
    asked = Form(request.args).number("last")
    return _show_trial(found, Form(), None, last=asked if asked in CHOICES else MOST)


@bp.post("/rules/<int:rule_id>/trial")
@guards.asks
@administrator
def try_situation(rule_id: int) -> Any:
    """Words typed to try a rule may be somebody's: they come in a form, not in an address."""
    found = reading.rule_for(current_user, rule_id)
    form = Form(request.form)
    situation = read_situation(form)
    draft = versions.draft_of(found)
    if draft is None or not form.valid:
        return _show_trial(found, form, None)
    book = in_force(found.organization_id)
    tried = book.with_rule(compile_version(draft))
    outcomes = [suggest(situation, organization_id=found.organization_id, book=b) for b in (book, tried)]
    answer = {
        "findings": explain(draft, situation),
        "outcomes": outcomes,
        "distress": distress(situation.words, situation.language),
    }
    return _show_trial(found, form, answer)


@bp.get("/rules/try")
@administrator
def try_rules() -> Any:
    return _show_all(Form(), None)


@bp.post("/rules/try")
@guards.asks
@administrator
def try_all_rules() -> Any:
    """One situation on every rule in force, each condition true or false; those that fit come first, in their order."""
    form = Form(request.form)
    situation = read_situation(form)
    if not form.valid:
        return _show_all(form, None)
    return _show_all(form, _answer(current_user.organization_id, situation))


def _answer(of: int, situation: Situation) -> dict[str, Any]:
    """What comes of the situation, and one page of the rules."""
    book = in_force(of)
    fitting = {match.rule.version_id: match for match in book.fitting(situation)}
    others = [rule.version_id for rule in book.rules if rule.version_id not in fitting]
    every, page = [*fitting, *others], page_asked()
    return {
        "distress": distress(situation.words, situation.language),
        "outcome": suggest(situation, organization_id=of),
        "fitting": len(fitting),
        "total": len(every),
        "page": page,
        "last": last_page(len(every)),
        "rows": _explained(every[(page - 1) * A_PAGE : page * A_PAGE], situation),
    }


def _explained(ids: list[int], situation: Situation) -> list[tuple[RuleVersion, list[Any], bool]]:
    """Each version with its conditions beside the situation, and whether all hold."""
    found = {one.id: one for one in reading.versions_of(ids)}
    told = [(found[n], explain(found[n], situation)) for n in ids if n in found]
    return [(version, findings, all(one.fits for one in findings)) for version, findings in told]


def _show_all(form: Form, answer: dict[str, Any] | None) -> Any:
    rows = answer["rows"] if answer else []
    page = render_template(
        "admin/rules/try.html",
        answer=answer,
        names=words.read_names(version for version, _, _ in rows),
        **_situation_page(form),
    )
    return page, 200 if form.valid else 422


def _show_trial(found: ReferralRule, form: Form, answer: dict[str, Any] | None, *, last: int = MOST) -> Any:
    draft = versions.draft_of(found)
    if draft is None:
        flash("Cette règle n’a pas de brouillon à essayer.", "info")
        return redirect(url_for("admin.rule", rule_id=found.id))
    tried = try_draft(draft, recent_situations(found.organization_id, here.zone(), last))
    page = render_template(
        "admin/rules/trial.html",
        rule=found,
        trial=tried,
        answer=answer,
        names=words.read_names(found.versions),
        kinds=words.kind_names({end for move in tried.moves for end in move[3:5] if isinstance(end, str)}),
        communes=words.commune_names(move.commune for move in tried.moves),
        last=last,
        choices=[(number, str(number)) for number in CHOICES],
        **_situation_page(form),
    )
    return page, 200 if form.valid else 422


def _situation_page(form: Form) -> dict[str, Any]:
    return {
        "topics": list(topic_names().items()),
        "words": words,
        "values": typed_values(form),
        "errors": form.errors,
        "outcomes": examples.OUTCOMES,
        "form_key": new_key(),
    }
