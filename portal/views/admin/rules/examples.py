"""Doors of the examples: situations kept with what must come of them, run whenever a rule is published."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal.database import db
from portal.directory.models import Service
from portal.errors import Refused, Stale
from portal.referrals.deciding.rules import in_force
from portal.referrals.models import RuleExample
from portal.referrals.ruling import examples
from portal.referrals.ruling.keeping import situation_of
from portal.views import guards
from portal.views.admin import bp
from portal.views.admin.content.words import topic_names
from portal.views.admin.rules import words
from portal.views.admin.rules.form import read_situation, situation_values, typed_values
from portal.views.admin.rules.table import administrator
from portal.views.choosing import read_kind, read_service
from portal.views.forms import Form, new_key

OUTCOMES = [
    ("service", "Ce service"),
    ("kind", "Le service de ce genre, dans la commune"),
    ("emergency", "Les numéros d’urgence d’abord"),
    ("nobody", "Aucune règle ne parle : les fiches décident"),
]


@bp.get("/rules/examples")
@administrator
def rule_examples() -> str:
    """Every example, and whether it holds with the rules in force."""
    of = current_user.organization_id
    rows = examples.run(examples.examples_for(of), in_force(of))
    return render_template(
        "admin/rules/examples.html",
        rows=[(one, _lines(one), _expected(one.expected), came, right) for one, came, right in rows],
        failing=sum(not right for _, _, right in rows),
        form_key=new_key(),
    )


@bp.get("/rules/examples/new")
@administrator
def new_example() -> str:
    return _show_form(None, {"outcome": "service"})


@bp.post("/rules/examples/new")
@guards.asks
@administrator
def begin_example() -> str:
    """« Garder comme exemple », from a trial: the situation comes along, in a form as it was typed."""
    form = Form(request.form)
    return _show_form(None, {"outcome": "service", **typed_values(form), "name": ""})


@bp.post("/rules/examples")
@administrator
def create_example() -> Any:
    return _save(None)


@bp.get("/rules/examples/<int:example_id>")
@administrator
def rule_example(example_id: int) -> str:
    found = examples.example_for(current_user, example_id)
    return _show_form(found, {**_values(found), "version": found.version})


@bp.post("/rules/examples/<int:example_id>")
@administrator
def save_example(example_id: int) -> Any:
    return _save(examples.example_for(current_user, example_id))


@bp.post("/rules/examples/<int:example_id>/removal")
@administrator
def remove_example(example_id: int) -> Any:
    examples.remove_example(examples.example_for(current_user, example_id), by=current_user.actor)
    db.session.commit()
    flash("L’exemple est retiré. L’historique en garde le texte.", "good")
    return redirect(url_for("admin.rule_examples"))


def _save(found: RuleExample | None) -> Any:
    form = Form(request.form)
    situation, expected = read_situation(form), _read_expected(form)
    try:
        form.refuse_unread()
        examples.save_example(
            found,
            form.text("name"),
            situation,
            expected,
            organization_id=current_user.organization_id,
            by=current_user.actor,
            version=form.number("version"),
            form_key=form.key(),
        )
    except Refused as refusal:
        db.session.rollback()
        form.take(refusal)
        rows = _both(refusal) if isinstance(refusal, Stale) else []
        return _show_form(found, typed_values(form), form, rows), refusal.status
    db.session.commit()
    flash("L’exemple est gardé : toute publication qui ne le respecterait plus sera refusée.", "good")
    return redirect(url_for("admin.rule_examples"))


def _read_expected(form: Form) -> dict[str, Any]:
    """What must come of it. A service and a kind are read only where they are the one chosen."""
    chosen = form.choice("outcome", examples.OUTCOMES, required=True)
    if chosen == "service":
        service = read_service(form, "expected_service", required=True)
        return {"service": service.slug} if service else {}
    if chosen == "kind":
        kind = read_kind(form, "expected_kind", required=True)
        return {"kind": kind.code} if kind else {}
    return {chosen: True} if chosen else {}


def _values(found: RuleExample) -> dict[str, Any]:
    expected = found.expected
    return {
        **situation_values(situation_of(found.situation)),
        "name": found.name,
        "outcome": next(iter(expected), "service"),
        "expected_service": expected.get("service", ""),
        "expected_kind": expected.get("kind", ""),
    }


def _show_form(
    found: RuleExample | None, values: dict[str, Any], form: Form | None = None, rows: Any = ()
) -> str:
    stale = bool(rows) and found is not None
    return render_template(
        "admin/rules/example.html",
        example=found,
        values={**values, "version": found.version} if stale and found else values,
        errors=form.errors if form else {},
        rows=rows,
        form_key=form.key() if form and not rows else new_key(),
        outcomes=OUTCOMES,
        topics=list(topic_names().items()),
        words=words,
    )


def _both(refusal: Stale) -> list[tuple[str, str, str]]:
    """What somebody else kept, beside what was typed."""
    sides = [_side(one) for one in (refusal.theirs, refusal.yours)]
    return [(label, sides[0].get(label, ""), sides[1].get(label, "")) for label in {**sides[0], **sides[1]}]


def _side(told: dict[str, Any]) -> dict[str, str]:
    lines = dict(words.situation_lines(told["situation"]))
    return {"Nom": told["name"], **lines, "Attendu": _expected(told["expected"])}


def _lines(example: RuleExample) -> list[tuple[str, str]]:
    return words.situation_lines(example.situation)


def _expected(expected: dict[str, Any]) -> str:
    """What must come of it, in words."""
    if slug := expected.get("service"):
        service = db.session.scalar(db.select(Service).filter_by(slug=slug))
        text = service.texts.get("fr") if service else None
        return text.name if text else str(slug)
    if kind := expected.get("kind"):
        return words.kind_names([kind]).get(kind, kind)
    return next((said for code, said in OUTCOMES if expected.get(code)), "")
