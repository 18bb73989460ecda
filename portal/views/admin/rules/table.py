"""Doors of the referral rules: the decision table on screen and on paper, and the place of a row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal import history
from portal.database import db
from portal.referrals.checking import checks
from portal.referrals.models import ReferralRule
from portal.referrals.ruling import editing, examples, reading, reviewing, versions
from portal.referrals.ruling.reading import Wanted
from portal.referrals.ruling.wording import wording_of
from portal.staff.managing import names_of
from portal.views import guards
from portal.views.admin import bp
from portal.views.admin.content.words import topic_names
from portal.views.admin.rules import words
from portal.views.choosing import read_commune, read_kind, read_service
from portal.views.forms import Form, new_key
from portal.views.paging import A_PAGE, last_page, page_asked

administrator = guards.staff("administrator")

REVIEWED = "C’est noté : une autre personne que l’auteur relit et publie chaque règle."
NOT_REVIEWED = "C’est noté : chacun peut publier les règles qu’il écrit."
SHOWN = {
    "": "Toutes, sauf celles retirées",
    "published": "En vigueur",
    "draft": "Brouillons",
    "review": "À relire",
    "planned": "Prévues",
    "past": "Retirées",
}


@bp.get("/rules")
@administrator
def rules() -> str:
    form = Form(request.args)
    page = page_asked()
    found = reading.table(current_user, _wanted(form), page=page, size=A_PAGE)
    return render_template(
        "admin/rules/list.html",
        **_shown(found, form),
        page=page,
        last=last_page(found.total),
        key=new_key(),
        check=checks.last_check(current_user.organization_id),
        examples=len(examples.examples_for(current_user.organization_id)),
        reviewed=reviewing.is_reviewed(current_user.organization_id),
    )


@bp.get("/rules/print")
@administrator
def print_rules() -> str:
    """The whole table, as it goes on paper."""
    form = Form(request.args)
    return render_template(
        "admin/rules/print.html", **_shown(reading.table(current_user, _wanted(form)), form)
    )


@bp.post("/rules/review-required")
@administrator
def require_review() -> Any:
    """Whether another person than its author publishes each rule here."""
    wanted = bool(Form(request.form).text("wanted"))
    reviewing.require_review(wanted, by=current_user)
    db.session.commit()
    flash(REVIEWED if wanted else NOT_REVIEWED, "good")
    return redirect(url_for("admin.rules"))


@bp.post("/rules/<int:rule_id>/place")
@administrator
def place_rule(rule_id: int) -> Any:
    """A small change in the row itself; it goes into the draft as any other does."""
    found = reading.rule_for(current_user, rule_id)
    form = Form(request.form)
    wording = replace(
        wording_of(versions.draft_of(found) or reading.shown_version(found)),
        position=form.number("position") or 0,
        strength=form.number("strength") or 0,
    )
    form.refuse_unread()
    editing.revise_draft(
        found, wording, version=form.number("version"), by=current_user.actor, form_key=form.key()
    )
    db.session.commit()
    flash(f"La place de {found.slug} est gardée dans son brouillon : publiez-le pour qu’elle vaille.", "good")
    return redirect(url_for("admin.rule", rule_id=rule_id))


def _wanted(form: Form) -> Wanted:
    service, kind, commune = read_service(form), read_kind(form), read_commune(form)
    return Wanted(
        topic=form.text("topic"),
        commune=commune.code if commune else "",
        service_id=service.id if service else None,
        kind=kind.code if kind else "",
        state=form.choice("state", SHOWN),
        word=form.text("word"),
    )


def _shown(found: reading.Table, form: Form) -> dict[str, Any]:
    shown = [(rule, _row_version(rule)) for rule in found.rules]
    changes = reading.last_changes(found.rules)
    return {
        "rows": [(rule, version, changes.get(rule.id)) for rule, version in shown],
        "total": found.total,
        "names": words.read_names(version for _, version in shown),
        "people": names_of(history.actors(changes.values())),
        "topics": list(topic_names().items()),
        "values": form.values,
        "errors": form.errors,
        "asked": {name: value for name, value in request.args.items() if value and name != "page"},
        "words": words,
        "states": SHOWN,
    }


def _row_version(rule: ReferralRule) -> Any:
    return reading.shown_version(rule)
