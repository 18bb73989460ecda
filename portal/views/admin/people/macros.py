"""Doors of the macros: what each does, chosen in a form."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal import history
from portal.cases import keeping
from portal.cases.changing import macros as room
from portal.cases.changing.macros import MacroDraft
from portal.cases.models import NATURES, PRIORITIES, Macro
from portal.contacts import templates
from portal.database import db
from portal.errors import Refused, Stale
from portal.staff.managing import names_of
from portal.staff.models import Staff
from portal.staff.teams import teams_of
from portal.views import guards
from portal.views.admin import bp
from portal.views.admin.people import macros_words
from portal.views.console.cases import words as case_words
from portal.views.forms import Form

administrators = guards.staff("administrator")
LISTS = ("tags_add", "tags_remove", "checks")


@bp.get("/macros")
@administrators
def macros() -> str:
    found = room.macros(current_user.organization_id, retired=True)
    return render_template("admin/macros/list.html", macros=found, words=macros_words)


@bp.get("/macros/new")
@administrators
def new_macro() -> str:
    return _show(None, Form())


@bp.get("/macros/<int:macro_id>")
@administrators
def macro(macro_id: int) -> str:
    return _show(_found(macro_id), Form())


@bp.post("/macros")
@administrators
def create_macro() -> Any:
    return _save(None)


@bp.post("/macros/<int:macro_id>")
@administrators
def save_macro(macro_id: int) -> Any:
    return _save(macro_id)


def _save(macro_id: int | None) -> Any:
    form = Form(request.form)
    name, about = form.text("name", longest=80), form.text("about", longest=300)
    draft = MacroDraft(name=name, about=about, does=_does(form), retired=bool(form.text("retired")))
    try:
        form.refuse_unread()
        room.save(macro_id, draft, version=form.number("version") or 0, by=current_user)
    except Refused as refusal:
        db.session.rollback()
        form.take(refusal)
        return _show(_found(macro_id) if macro_id else None, form, refusal), refusal.status
    db.session.commit()
    flash("La macro est gardée.", "good")
    return redirect(url_for("admin.macros"))


def _found(macro_id: int) -> Macro:
    return room.find_macro(macro_id, organization_id=current_user.organization_id)


def _does(form: Form) -> dict[str, Any]:
    """What the form says it does."""
    does: dict[str, Any] = dict(room.DOES)
    for name in ("nature", "priority", "then", "note", "promise", "waits_for"):
        does[name] = form.text(name, longest=5000 if name == "note" else 500)
    does["owner"] = form.choice("owner", [str(value) for value, _ in _owners()])
    for name in ("template_id", "team_id", "promise_days"):
        does[name] = form.number(name)
    for name in LISTS:
        lines = (
            form.text(name).replace(",", "\n").splitlines()
            if name != "checks"
            else form.text(name).splitlines()
        )
        does[name] = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
    return does


def _owners() -> list[tuple[str, str]]:
    query = db.select(Staff).filter_by(organization_id=current_user.organization_id, disabled_at=None)
    found = db.session.scalars(query.where(Staff.role.in_(keeping.READERS)).order_by(Staff.last_name))
    return [("me", "Qui lance la macro"), *((str(one.id), one.name) for one in found)]


def _show(found: Macro | None, form: Form, refusal: Refused | None = None) -> str:
    values: dict[str, Any] = {}
    if found:
        does = room.what(found)
        values = {**does, **{name: "\n".join(does[name]) for name in LISTS}}
        values |= {"name": found.name, "about": found.about, "version": found.version}
        values["retired"] = "1" if found.retired else ""
    values |= form.values | ({"retired": form.text("retired")} if form.data else {})
    rows = []
    if isinstance(refusal, Stale) and found:
        rows, values["version"] = macros_words.rows(refusal.theirs, refusal.yours), found.version
    events = history.of(found, limit=20) if found else []
    choices = {
        "template_id": [(one.id, one.name) for one in templates.offered(current_user.organization_id)],
        "nature": [(one, case_words.NATURES[one]) for one in NATURES],
        "priority": [(one, case_words.PRIORITIES[one]) for one in PRIORITIES],
        "owner": _owners(),
        "team_id": [(one.id, one.name) for one in teams_of(current_user)],
        "then": list(case_words.THEN.items()),
    }
    around = {"rows": rows, "events": events, "people": names_of(history.actors(events)), "choices": choices}
    return render_template(
        "admin/macros/form.html", macro=found, values=values, errors=form.errors, words=macros_words, **around
    )
