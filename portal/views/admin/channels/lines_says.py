"""Doors of what a line says and when: its texts, its hours and those of its relay, its emergency, its recordings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal.database import db
from portal.directory.hours.opening import EXCEPTIONS
from portal.errors import Refused
from portal.lines import editing
from portal.lines.models import Line
from portal.views.admin import bp
from portal.views.admin.channels import lines_words as words
from portal.views.admin.channels.lines import administrator
from portal.views.forms import Form, shown_again

LONGEST_TEXT = 1000


@bp.get("/lines/<int:line_id>/texts")
@administrator
def line_texts(line_id: int) -> str:
    found = editing.line(current_user, line_id)
    return _show("texts", found, {**_text_values(found), "version": found.version})


@bp.post("/lines/<int:line_id>/texts")
@administrator
def save_line_texts(line_id: int) -> Any:
    return _save("texts", line_id, _read_texts, "Les textes sont gardés : le prochain appel les entend.")


@bp.get("/lines/<int:line_id>/hours")
@administrator
def line_hours(line_id: int) -> str:
    found = editing.line(current_user, line_id)
    values = words.schedule_values(found.schedule, "open") | words.schedule_values(
        found.relay_schedule, "relay"
    )
    always = "" if found.schedule else "1"
    same = "1" if found.relay_schedule == found.schedule else ""
    kept = {"relay_url": found.relay_url, "version": found.version, "always": always, "same": same}
    return _show("hours", found, {**values, **kept})


@bp.post("/lines/<int:line_id>/hours")
@administrator
def save_line_hours(line_id: int) -> Any:
    return _save("hours", line_id, _read_hours, "Les horaires sont gardés.")


@bp.get("/lines/<int:line_id>/emergency")
@administrator
def line_emergency(line_id: int) -> str:
    found = editing.line(current_user, line_id)
    kept = found.texts.get("emergency") or {}
    return _show("emergency", found, {f"emergency_{language}": text for language, text in kept.items()})


@bp.post("/lines/<int:line_id>/emergency")
@administrator
def declare_emergency(line_id: int) -> Any:
    found = editing.line(current_user, line_id)
    form = Form(request.form)
    texts = {one: form.text(f"emergency_{one}", longest=LONGEST_TEXT) for one in words.LANGUAGES}
    try:
        form.refuse_unread()
        editing.declare_emergency(found, texts, by=current_user.actor)
    except Refused as refusal:
        return _show_again("emergency", line_id, form, refusal)
    db.session.commit()
    flash("Le message d’urgence est en service : chaque appel l’entend d’abord.", "good")
    return redirect(url_for("admin.line", line_id=line_id))


@bp.post("/lines/<int:line_id>/emergency/end")
@administrator
def end_emergency(line_id: int) -> Any:
    editing.end_emergency(editing.line(current_user, line_id), by=current_user.actor)
    db.session.commit()
    flash("Le message d’urgence est arrêté.", "good")
    return redirect(url_for("admin.line", line_id=line_id))


@bp.get("/lines/<int:line_id>/recording")
@administrator
def line_recording(line_id: int) -> str:
    """What turning it on implies, before it is."""
    return _show("recording", editing.line(current_user, line_id), {})


@bp.post("/lines/<int:line_id>/recording/<any(on,off):state>")
@administrator
def set_line_recording(line_id: int, state: str) -> Any:
    editing.record_calls(editing.line(current_user, line_id), state == "on", by=current_user.actor)
    db.session.commit()
    flash(
        "Les conversations seront enregistrées." if state == "on" else "Plus rien n’est enregistré.", "good"
    )
    return redirect(url_for("admin.line", line_id=line_id))


def _read_texts(form: Form, found: Line) -> dict[str, Any]:
    """The texts typed. Those of which this form knows nothing stay."""
    texts: dict[str, Any] = {name: said for name, said in found.texts.items() if name not in words.TEXTS}
    for name in words.TEXTS:
        said = {one: form.text(f"{name}_{one}", longest=LONGEST_TEXT) for one in found.languages}
        if any(said.values()):
            texts[name] = {language: text for language, text in said.items() if text}
    return {"texts": texts}


def _text_values(found: Line) -> dict[str, str]:
    texts = ((name, found.texts.get(name)) for name in words.TEXTS)
    return {
        f"{name}_{language}": text
        for name, said in texts
        for language, text in (said.items() if isinstance(said, dict) else ())
    }


def _read_hours(form: Form, found: Line) -> dict[str, Any]:
    schedule = words.read_schedule(form, "open")
    typed = any(form.text(f"open-{day}") for day in words.DAYS)
    if form.text("always"):
        if not found.schedule and typed:
            form.refuse("always", "Décochez « à toute heure », ou videz les heures : elles seraient perdues.")
        schedule = {}
    elif not typed and not schedule.get(EXCEPTIONS):  # no hours at all would open it at all hours
        form.refuse("always", "Écrivez les heures d’un jour au moins, ou cochez « à toute heure ».")
    relay = schedule if form.text("same") else words.read_schedule(form, "relay")
    relay_url = form.text("relay_url", longest=300)
    return {"schedule": schedule, "relay_url": relay_url, "relay_schedule": relay if relay_url else {}}


def _save(page: str, line_id: int, read: Callable[[Form, Line], dict[str, Any]], done: str) -> Any:
    found = editing.line(current_user, line_id)
    form = Form(request.form)
    try:
        values = read(form, found)
        form.refuse_unread()
        editing.save_line(found, version=form.number("version") or 0, by=current_user.actor, **values)
    except Refused as refusal:
        return _show_again(page, line_id, form, refusal)
    db.session.commit()
    flash(done, "good")
    return redirect(url_for("admin.line", line_id=line_id))


def _show(page: str, found: Line, values: dict[str, Any], **shown: Any) -> str:
    return render_template(
        f"admin/lines/{page}.html",
        line=found,
        values=values,
        words=words,
        **{"errors": {}, "rows": [], **shown},
    )


def _show_again(page: str, line_id: int, form: Form, refusal: Refused) -> Any:
    db.session.rollback()
    found = editing.line(current_user, line_id)
    values: dict[str, Any] = {"always": "", "same": "", **form.values}
    return _show(page, found, **shown_again(form, refusal, found, values, words.rows)), refusal.status
