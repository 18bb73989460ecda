"""Doors of a menu's steps and choices: each is a page with a form, so that a tree is written without JavaScript."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal.database import db
from portal.errors import Missing, Refused, Stale
from portal.lines import editing, menus, shaping
from portal.lines import tree as steps
from portal.lines.models import Line
from portal.lines.tree import Step
from portal.views.admin import bp
from portal.views.admin.channels.lines import administrator
from portal.views.admin.content.words import LANGUAGES
from portal.views.admin.trees import menus_words as words
from portal.views.admin.trees.menus import read_names
from portal.views.forms import Form

KEYS = "1234567890*"  # as a menu offers them: the network keeps # for the end of what is typed
KEPT = "La modification est gardée dans le brouillon : rien ne change pour qui appelle."


@bp.get("/lines/<int:line_id>/menu/step")
@administrator
def menu_step(line_id: int) -> str:
    """A step, or the place of one: `at` is its path, `do` what it shall do instead of what it does."""
    found = editing.line(current_user, line_id)
    path = request.args.get("at", "")
    step = _step(found, path)
    kind = request.args.get("do", "") or (step or {}).get("do", "")
    values = {**words.step_values(step or {}), "seen": shaping.digest(step)}
    return _show_step(found, path, kind if kind in words.KINDS else "", values)


@bp.post("/lines/<int:line_id>/menu/step")
@administrator
def save_menu_step(line_id: int) -> Any:
    found = editing.line(current_user, line_id)
    form = Form(request.form)
    path, kind = form.text("at", longest=20), form.choice("do", words.KINDS, required=True)
    step = words.read_step(form, kind, found.languages)
    try:
        form.refuse_unread()
        shaping.save_step(found, path, step, seen=form.text("seen"), by=current_user.actor)
    except Missing:
        raise
    except Refused as refusal:
        values = _again(form, refusal)
        found = editing.line(current_user, line_id)
        return _show_step(found, path, kind, values, **_both(found, refusal, form)), refusal.status
    db.session.commit()
    flash(KEPT, "good")
    return redirect(url_for("admin.menu", line_id=line_id, _anchor=f"step-{path}"))


@bp.get("/lines/<int:line_id>/menu/choice")
@administrator
def menu_choice(line_id: int) -> str:
    """A choice of the menu at this path: the one with this key, or a new one."""
    found = editing.line(current_user, line_id)
    path, key = request.args.get("at", ""), request.args.get("key", "")
    choice = steps.choice_for(_step(found, path) or {}, key)
    if key and choice is None:
        raise Missing
    values = {**words.choice_values(choice or {}), "seen": shaping.digest(choice)}
    return _show_choice(found, path, key, values)


@bp.post("/lines/<int:line_id>/menu/choice")
@administrator
def save_menu_choice(line_id: int) -> Any:
    found = editing.line(current_user, line_id)
    form = Form(request.form)
    path, key = form.text("at", longest=20), form.text("was", longest=1)
    choice = words.read_choice(form, found.languages)
    form.choice("key", KEYS, required=True)
    try:
        form.refuse_unread()
        shaping.save_choice(found, path, key, choice, seen=form.text("seen"), by=current_user.actor)
    except Missing:
        raise
    except Refused as refusal:
        values = _again(form, refusal)
        found = editing.line(current_user, line_id)
        return _show_choice(found, path, key, values, **_both(found, refusal, form)), refusal.status
    db.session.commit()
    flash(KEPT, "good")
    return redirect(_after(found, path + choice["key"]))


@bp.post("/lines/<int:line_id>/menu/<any(removal,order):act>")
@administrator
def act_on_menu(line_id: int, act: str) -> Any:
    """Takes a choice or what follows a step away, or puts a choice at another place."""
    found = editing.line(current_user, line_id)
    form = Form(request.form)
    path, place = form.text("at", longest=20), form.number("place")
    if not path or (act == "order" and place is None):
        abort(400)
    if act == "removal":
        shaping.remove(found, path, by=current_user.actor)
    else:
        shaping.move_choice(found, path[:-1], path[-1], place or 0, by=current_user.actor)
    db.session.commit()
    flash(KEPT, "good")
    return redirect(url_for("admin.menu", line_id=line_id, _anchor=f"step-{path[:-1]}"))


def _after(line: Line, path: str) -> str:
    """Where to go once a choice is kept: to what it leads to, if that is still to be said."""
    if _step(line, path) is None:
        return url_for("admin.menu_step", line_id=line.id, at=path)
    return url_for("admin.menu", line_id=line.id, _anchor=f"step-{path[:-1]}")


def _step(line: Line, path: str) -> Step | None:
    """The step at this path of what is being written; None for a place where none is yet."""
    version = shaping.current(line)
    tree = version.tree if version else {}
    if path and len(path) > 1 and steps.step_at(tree, path[:-1]) is None:
        raise Missing
    return steps.step_at(tree, path) or None


def _show_step(line: Line, path: str, kind: str, values: dict[str, Any], **shown: Any) -> str:
    version = shaping.current(line)
    tree = dict(version.tree) if version else {}
    step = steps.step_at(tree, path) or {}
    findings = [one for one in menus.check(tree, line) if one.path == path] if step else []
    loses = (steps.choices(step) and kind != "choose") or (step.get("then") and kind not in shaping.GOES_ON)
    return render_template(
        "admin/menus/step.html",
        line=line,
        path=path,
        kind=kind,
        step=step,
        where=words.spoken_place(tree, path),
        loses=loses,
        findings=findings,
        values=values,
        names=read_names(line, tree),
        languages=LANGUAGES,
        words=words,
        **{"errors": {}, "rows": [], **shown},
    )


def _show_choice(line: Line, path: str, key: str, values: dict[str, Any], **shown: Any) -> str:
    version = shaping.current(line)
    return render_template(
        "admin/menus/choice.html",
        line=line,
        path=path,
        key=key,
        keys=[(one, one) for one in KEYS],
        where=words.spoken_place(dict(version.tree) if version else {}, path),
        values=values,
        languages=LANGUAGES,
        **{"errors": {}, "rows": [], **shown},
    )


def _again(form: Form, refusal: Refused) -> dict[str, Any]:
    """What was typed, to be shown again; seen as it now is, when somebody else saved meanwhile."""
    db.session.rollback()
    form.take(refusal)
    if isinstance(refusal, Stale):
        return {**form.values, "seen": shaping.digest(refusal.theirs)}
    return dict(form.values)


def _both(line: Line, refusal: Refused, form: Form) -> dict[str, Any]:
    """The errors; and both wordings, when somebody else saved meanwhile."""
    if not isinstance(refusal, Stale):
        return {"errors": form.errors}
    names = read_names(line, refusal.theirs, refusal.yours)
    both = ("Étape", words.tell(refusal.theirs, names), words.tell(refusal.yours, names))
    return {"errors": form.errors, "rows": [both]}
