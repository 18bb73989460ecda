"""Doors of the teams: whom each supervisor sees."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal.database import db
from portal.errors import Refused
from portal.staff import managing, teams
from portal.staff.models import Team
from portal.views import guards
from portal.views.admin import bp
from portal.views.admin.content.words import ROLES
from portal.views.forms import Form, new_key

administrator = guards.staff("administrator")


@bp.get("/teams", endpoint="teams")
@administrator
def list_teams() -> str:
    found = [(team, managing.names_of(teams.members_of(team))) for team in teams.teams_of(current_user)]
    return render_template("admin/teams/list.html", teams=found)


@bp.get("/teams/new")
@administrator
def new_team() -> str:
    return _show(None, {})


@bp.post("/teams")
@administrator
def create_team() -> Any:
    return _save(None)


@bp.get("/teams/<int:team_id>")
@administrator
def team(team_id: int) -> str:
    found = teams.team(current_user, team_id)
    return _show(found, {"name": found.name, "members": teams.members_of(found)})


@bp.post("/teams/<int:team_id>")
@administrator
def save_team(team_id: int) -> Any:
    return _save(teams.team(current_user, team_id))


@bp.post("/teams/<int:team_id>/removal")
@administrator
def remove_team(team_id: int) -> Any:
    teams.remove_team(teams.team(current_user, team_id), by=current_user)
    db.session.commit()
    flash("L’équipe est supprimée. Personne ne perd son compte.", "good")
    return redirect(url_for("admin.teams"))


def _save(found: Team | None) -> Any:
    form = Form(request.form)
    members = [int(one) for one in form.data.getlist("members") if one.isdecimal() and len(one) < 12]
    try:
        name = form.text("name", longest=100)
        form.refuse_unread()
        teams.save_team(found, name, members, by=current_user, form_key=form.key())
    except Refused as refusal:
        db.session.rollback()
        form.take(refusal)
        return _show(found, {**form.values, "members": members}, errors=form.errors), refusal.status
    db.session.commit()
    flash("L’équipe est gardée.", "good")
    return redirect(url_for("admin.teams"))


def _show(found: Team | None, values: dict[str, Any], **shown: Any) -> str:
    people = [one for one in managing.staff_of(current_user) if one.role in ("agent", "supervisor")]
    return render_template(
        "admin/teams/form.html",
        team=found,
        values=values,
        people=[(one.id, f"{one.name} ({ROLES[one.role].lower()})") for one in people],
        form_key=values.get("form_key") or new_key(),
        **{"errors": {}, **shown},
    )
