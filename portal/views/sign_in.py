"""Signing in and out of the console and the administration."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_login import current_user, login_user, logout_user

from portal import budgets, news
from portal.database import db
from portal.desk import presence
from portal.staff import sessions
from portal.staff.models import Staff
from portal.views import carrying, guards
from portal.views.forms import Form

bp = Blueprint("sign_in", __name__)

HOME = {
    "agent": "console.desk",
    "supervisor": "console.desk",
    "administrator": "admin.home",
    "editor": "admin.home",
}


@bp.get("/sign-in")
@guards.anyone
def show() -> str:
    return render_template("sign_in.html", form=Form())


@bp.post("/sign-in")
@guards.anyone
def submit() -> Any:
    form = Form(request.form)
    email = form.text("email", required=True, longest=254)
    password = form.text("password", required=True, longest=256)
    within = budgets.spend("sign-in", request.remote_addr or "", most=30, per=timedelta(minutes=10))
    person = sessions.check_password(email, password) if form.valid and within else None
    if person is None:
        db.session.commit()
        form.refuse(
            "email",
            gettext("Adresse ou mot de passe inconnus, ou trop d’essais : attendez un quart d’heure."),
        )
        return render_template("sign_in.html", form=form, carried=request.form.get(carrying.FIELD)), 422
    return _begin(person)


def _begin(person: Staff) -> Any:
    """Signed in: to the page where they were typing, if a form led here, with what they typed."""
    carried = carrying.unpack(request.form.get(carrying.FIELD, ""))
    page = carrying.take_back(carried, person.id)
    token = sessions.begin_session(person)
    db.session.commit()
    _enter(person, token)
    if carried is not None:
        carrying.say(carried, mine=bool(page))
    return redirect(page or _next() or url_for(HOME[person.role]))


@bp.get("/sign-out")
@guards.anyone
def ask_to_leave() -> Any:
    """The address of the button, opened anew: whoever is signed in is asked, for a link must not sign out."""
    if not current_user.is_authenticated:
        return redirect(url_for("sign_in.show"))
    return render_template("sign_out.html", home=url_for(HOME[current_user.role]))


@bp.post("/sign-out")
@guards.staff()
def leave() -> Any:
    sessions.end_session(session.get("token", ""))
    presence.leave(current_user)
    news.tell(f"staff:{current_user.id}")  # consoles open elsewhere in this session end too
    db.session.commit()
    logout_user()
    session.clear()
    return redirect(url_for("sign_in.show"))


def _enter(person: Staff, token: str) -> None:
    session.clear()  # a session begun before signing in must not live on after it
    session["token"] = token
    login_user(person)


def _next() -> str:
    """Where the person was going, if that is a path of ours."""
    wanted = request.args.get("next", "")
    return wanted if wanted.startswith("/") and not wanted.startswith(("//", "/\\")) else ""
