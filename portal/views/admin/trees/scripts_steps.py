"""Doors of a script's steps: each is a page with a form, so that a tree is written without JavaScript."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal.database import db
from portal.errors import Missing, Refused, Stale
from portal.scripts import editing, trees
from portal.views.admin import bp
from portal.views.admin.trees import pointing
from portal.views.admin.trees import scripts_words as words
from portal.views.admin.trees.scripts import administrator
from portal.views.console.words import DISPOSITIONS
from portal.views.forms import Form

ACTS = {
    "removal": (editing.remove_step, "L’étape est retirée du brouillon."),
    "beginning": (editing.begin_with, "Le script commence maintenant par cette étape."),
}


@bp.get("/scripts/<int:script_id>/steps/<key>")
@administrator
def script_step(script_id: int, key: str) -> str:
    found = editing.script(current_user, script_id)
    step = trees.step_at(editing.shown(found).tree, key)
    if step is None:
        raise Missing
    return _show(script_id, key, {**words.step_values(step), "seen": trees.digest(step)})


@bp.post("/scripts/<int:script_id>/steps/<key>")
@administrator
def save_script_step(script_id: int, key: str) -> Any:
    found = editing.script(current_user, script_id)
    form = Form(request.form)
    step = words.read_step(form)
    try:
        form.refuse_unread()
        editing.save_step(found, key, step, seen=form.text("seen"), by=current_user.actor)
    except Missing:
        raise
    except Refused as refusal:
        return _show_again(script_id, key, form, refusal)
    db.session.commit()
    flash("L’étape est gardée dans le brouillon.", "good")
    return redirect(url_for("admin.script", script_id=script_id, _anchor=f"step-{key}"))


@bp.post("/scripts/<int:script_id>/steps")
@administrator
def add_script_step(script_id: int) -> Any:
    found = editing.script(current_user, script_id)
    key = editing.add_step(found, by=current_user.actor)
    db.session.commit()
    return redirect(url_for("admin.script_step", script_id=script_id, key=key))


@bp.post("/scripts/<int:script_id>/steps/<key>/<any(removal,beginning):act>")
@administrator
def act_on_script_step(script_id: int, key: str, act: str) -> Any:
    found = editing.script(current_user, script_id)
    verb, done = ACTS[act]
    verb(found, key, by=current_user.actor)
    db.session.commit()
    flash(done, "good")
    return redirect(url_for("admin.script", script_id=script_id))


def _show(script_id: int, key: str, values: dict[str, Any], **shown: Any) -> str:
    found = editing.script(current_user, script_id)
    tree = editing.shown(found).tree
    findings = words.by_step(editing.findings(tree))
    return render_template(
        "admin/scripts/step.html",
        script=found,
        key=key,
        first=tree["first"] == key,
        values=values,
        targets=words.targets(tree, key),
        articles=pointing.articles([values.get("article", "")]),
        dispositions=list(DISPOSITIONS.items()),
        most=trees.MOST_ANSWERS,
        found=findings.get(key, []),
        **{"errors": {}, "rows": [], **shown},
    )


def _show_again(script_id: int, key: str, form: Form, refusal: Refused) -> Any:
    """The step as it was typed; beside what somebody else saved meanwhile, when it is that."""
    db.session.rollback()
    values, rows = dict(form.values), []
    if isinstance(refusal, Stale):
        rows = words.step_rows(refusal.theirs, refusal.yours)
        values["seen"] = trees.digest(refusal.theirs)
    form.take(refusal)
    return _show(script_id, key, values, errors=form.errors, rows=rows), refusal.status
