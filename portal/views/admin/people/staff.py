"""Doors of the staff: who they are, what they may do, and the end of it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal import history
from portal.database import db
from portal.desk import keeping
from portal.errors import Refused
from portal.staff import managing
from portal.staff.models import ROLES, Staff
from portal.views import guards
from portal.views.admin import bp
from portal.views.admin.content import words
from portal.views.forms import Form, shown_again

administrator = guards.staff("administrator")

FIELDS = ("first_name", "last_name", "role", "phone", "may_open_protected")
ACTS = {
    "closing": (managing.disable, "Le compte est fermé et ses sessions terminées."),
    "opening": (managing.enable, "Le compte est ouvert de nouveau."),
    "sign-out": (managing.end_sessions, "Toutes les sessions de cette personne sont terminées."),
}


@bp.get("/staff")
@administrator
def staff() -> str:
    return render_template("admin/staff/list.html", people=managing.staff_of(current_user), words=words)


@bp.get("/staff/new")
@administrator
def new_staff() -> str:
    return _show(None, {"role": "agent"})


@bp.post("/staff")
@administrator
def add_staff() -> Any:
    form = Form(request.form)
    who = _read(form)
    may_open_protected = who.pop("may_open_protected")
    try:
        email = form.text("email", required=True, longest=254)
        form.refuse_unread()
        member, password = managing.welcome(by=current_user, email=email, **who)
        keeping.set_skills(member, form.data.getlist("skills"), by=current_user.actor)
    except Refused as refusal:
        return _show_again(None, form, refusal)
    member.may_open_protected = may_open_protected
    db.session.commit()
    return render_template("admin/staff/password.html", member=member, password=password)


@bp.get("/staff/<int:staff_id>")
@administrator
def staff_member(staff_id: int) -> str:
    found = managing.staff_member(current_user, staff_id)
    return _show(found, _values(found))


@bp.post("/staff/<int:staff_id>")
@administrator
def save_staff(staff_id: int) -> Any:
    form = Form(request.form)
    values = _read(form)
    try:
        form.refuse_unread()
        version = form.number("version") or 0
        member = managing.change_staff(staff_id, version=version, by=current_user, **values)
        keeping.set_skills(member, form.data.getlist("skills"), by=current_user.actor)
    except Refused as refusal:
        return _show_again(staff_id, form, refusal)
    db.session.commit()
    flash("La fiche est gardée.", "good")
    return redirect(url_for("admin.staff_member", staff_id=staff_id))


@bp.post("/staff/<int:staff_id>/<any(closing,opening,'sign-out'):act>")
@administrator
def act_on_staff(staff_id: int, act: str) -> Any:
    verb, done = ACTS[act]
    verb(staff_id, by=current_user)
    db.session.commit()
    flash(done, "good")
    return redirect(url_for("admin.staff_member", staff_id=staff_id))


@bp.post("/staff/<int:staff_id>/password")
@administrator
def renew_password(staff_id: int) -> str:
    member, password = managing.renew_password(staff_id, by=current_user)
    db.session.commit()
    return render_template("admin/staff/password.html", member=member, password=password)


def _read(form: Form) -> dict[str, Any]:
    return {
        "first_name": form.text("first_name", required=True, longest=100),
        "last_name": form.text("last_name", required=True, longest=100),
        "role": form.choice("role", ROLES, required=True),
        "phone": form.text("phone", longest=120),
        "may_open_protected": bool(form.text("may_open_protected")),
    }


def _values(found: Staff) -> dict[str, Any]:
    values = {name: getattr(found, name) for name in (*FIELDS, "version")}
    protected = "1" if found.may_open_protected else ""
    return {**values, "may_open_protected": protected, "skills": keeping.skills_of(found.id)}


def _show(found: Staff | None, values: dict[str, Any], **shown: Any) -> str:
    events = history.of(found, limit=20) if found else []
    return render_template(
        "admin/staff/form.html",
        member=found,
        values=values,
        queues=keeping.served_by(found.id) if found else [],
        sessions=managing.live_sessions(found) if found else [],
        events=events,
        people=managing.names_of(history.actors(events)),
        words=words,
        **{"errors": {}, "rows": [], **shown},
    )


def _show_again(staff_id: int | None, form: Form, refusal: Refused) -> Any:
    db.session.rollback()
    found = managing.staff_member(current_user, staff_id) if staff_id else None
    values: dict[str, Any] = {"may_open_protected": "", **form.values}
    values["skills"] = form.data.getlist("skills")
    return _show(found, **shown_again(form, refusal, found, values, words.rows)), refusal.status
