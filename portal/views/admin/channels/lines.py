"""Doors of the lines: what they are, in which languages, and all that one line is on one page."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal import history
from portal.database import db
from portal.errors import Refused
from portal.lines import editing, menus
from portal.lines.models import Line
from portal.staff.managing import names_of
from portal.views import guards
from portal.views.admin import bp
from portal.views.admin.channels import lines_words as words
from portal.views.forms import Form, new_key, shown_again

administrator = guards.staff("administrator")


@bp.get("/lines")
@administrator
def lines() -> str:
    found = editing.lines_of(current_user)
    opening = {one.id: words.opening_now(one) for one in found}
    return render_template("admin/lines/list.html", lines=found, opening=opening, words=words)


@bp.get("/lines/new")
@administrator
def new_line() -> str:
    return _show(None, {"languages": ["fr"], "takes_messages": "1"})


@bp.post("/lines")
@administrator
def create_line() -> Any:
    form = Form(request.form)
    try:
        values = _read(form)
        form.refuse_unread()
        made = editing.add_line(
            organization_id=current_user.organization_id, by=current_user.actor, form_key=form.key(), **values
        )
    except Refused as refusal:
        return _show_again(None, form, refusal)
    db.session.commit()
    flash("La ligne est créée. Écrivez ce qu’elle dit, puis ses horaires et son menu.", "good")
    return redirect(url_for("admin.line", line_id=made.id))


@bp.get("/lines/<int:line_id>")
@administrator
def line(line_id: int) -> str:
    found = editing.line(current_user, line_id)
    events = history.of(found, limit=30)
    return render_template(
        "admin/lines/line.html",
        line=found,
        opening=words.opening_now(found),
        gaps=words.gaps(found),
        unfit=words.unfit_for_machines(found),
        published=menus.published(found),
        events=events,
        people=names_of(history.actors(events)),
        words=words,
    )


@bp.get("/lines/<int:line_id>/settings")
@administrator
def line_settings(line_id: int) -> str:
    found = editing.line(current_user, line_id)
    return _show(found, _values(found))


@bp.post("/lines/<int:line_id>")
@administrator
def save_line(line_id: int) -> Any:
    found = editing.line(current_user, line_id)
    form = Form(request.form)
    try:
        values = _read(form)
        form.refuse_unread()
        editing.save_line(found, version=form.number("version") or 0, by=current_user.actor, **values)
    except Refused as refusal:
        return _show_again(line_id, form, refusal)
    db.session.commit()
    flash("La ligne est gardée.", "good")
    return redirect(url_for("admin.line", line_id=line_id))


def _read(form: Form) -> dict[str, Any]:
    spoken = [one for one in words.LANGUAGES if one in form.data.getlist("languages")]
    keys = {one: form.text(f"key_{one}", longest=1) for one in words.LANGUAGES}
    return {
        "name": form.text("name", longest=100),
        "number": form.text("number", longest=20),
        "text_number": form.text("text_number", longest=20),
        "automatic_number": form.text("automatic_number", longest=20),
        "languages": spoken,
        "language_keys": {key: one for one, key in keys.items() if key},
        "takes_messages": bool(form.text("takes_messages")),
    }


def _values(found: Line) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(found, name) for name in ("name", "number", "version")}
    values |= {f"key_{language}": key for key, language in found.language_keys.items()}
    values |= {name: getattr(found, name) or "" for name in ("text_number", "automatic_number")}
    return {
        **values,
        "languages": list(found.languages),
        "takes_messages": "1" if found.takes_messages else "",
    }


def _show(found: Line | None, values: dict[str, Any], **shown: Any) -> str:
    return render_template(
        "admin/lines/settings.html",
        line=found,
        values=values,
        words=words,
        form_key=values.get("form_key") or new_key(),
        **{"errors": {}, "rows": [], **shown},
    )


def _show_again(line_id: int | None, form: Form, refusal: Refused) -> Any:
    db.session.rollback()
    found = editing.line(current_user, line_id) if line_id else None
    values: dict[str, Any] = {"takes_messages": "", **form.values}
    values["languages"] = form.data.getlist("languages")
    return _show(found, **shown_again(form, refusal, found, values, words.rows)), refusal.status
