"""Where the person asks from, what they asked and read: kept for this visit, shown, and changed as they like.

All are in the session's cookie alone: in no address, no table and no log.
"""

from __future__ import annotations

import re
from typing import Any

from flask import redirect, render_template, request, session, url_for
from flask_babel import gettext

from portal.articles.library import LONGEST_QUESTION
from portal.database import db
from portal.directory.finding import communes
from portal.directory.finding.communes import Town
from portal.views import guards, limits
from portal.views.forms import Form
from portal.views.language import current
from portal.views.public import bp

KEPT, READ, ASKED = "commune", "read", "asked"
MOST_READ, MOST_ASKED = 10, 3
LONGEST_ASKED = 150  # a cookie holds 4 KB in all
LONGEST = 100


def commune_here() -> Town | None:
    """The commune this visit is for, if it was said."""
    code = session.get(KEPT, "")
    return communes.town(code) if code else None


def remember_reading(slug: str) -> None:
    """The last articles of this visit: a rule may ask which were read on the way."""
    if slug not in read_here():
        session[READ] = [*read_here(), slug][-MOST_READ:]


def read_here() -> tuple[str, ...]:
    return tuple(session.get(READ, ()))


def remember_question(question: str) -> None:
    """The last things asked in this visit, for a call that the citizen chooses to bring them to."""
    asked = question[:LONGEST_ASKED]
    if asked and asked not in asked_here():
        session[ASKED] = [*asked_here(), asked][-MOST_ASKED:]


def asked_here() -> tuple[str, ...]:
    return tuple(session.get(ASKED, ()))


@bp.post("/<language:lang>/place")
@guards.anyone
@limits.people
def say_place() -> Any:
    """Keeps the commune that was typed or chosen, and goes back to the answers; asks, where several bear the name."""
    form = Form(request.form)
    question = form.text("q")[:LONGEST_QUESTION]
    if form.values.get("forget"):
        session.pop(KEPT, None)
        return _back(form, question)
    town, candidates = meant(form)
    if town is None:
        shown = {"query": question, "options": options(candidates), "back": form.text("back")[:LONGEST]}
        page = render_template("public/place.html", **shown, values=form.values, errors=form.errors)
        return page, 200 if candidates else 422
    session[KEPT] = town.code
    db.session.commit()
    return _back(form, question)


def meant(form: Form) -> tuple[Town | None, tuple[Town, ...]]:
    """The commune, or those it may be; with neither, the form says why."""
    code, typed = form.text("code")[:LONGEST], form.text("commune")[:LONGEST]
    if code and (chosen := communes.town(code)):
        return chosen, ()
    if not typed:
        form.refuse("commune", gettext("Écrivez le nom de votre commune, ou son code postal."))
        return None, ()
    found = communes.which(typed)
    if not found.candidates:
        form.refuse("commune", gettext("Nous ne connaissons pas cette commune. Essayez avec le code postal."))
    sure = found.commune if not found.slip else None  # a slip is a question, if only « is it this one? »
    return sure, found.candidates


def options(towns: tuple[Town, ...]) -> list[tuple[str, str, str]]:
    """Communes as a choice: the department and the postcodes tell those of one name apart."""
    names = communes.department_names(one.department for one in towns)

    def about(one: Town) -> str:
        return ", ".join([names.get(one.department, one.department), *one.postcodes[:3]])

    return [(one.code, one.name, about(one)) for one in towns]


def _back(form: Form, question: str) -> Any:
    """To the page that asked, where it is one of ours; else to the answers."""
    path = form.text("back")[:LONGEST]
    if re.fullmatch(rf"/{current()}/[\w/-]*", path):
        return redirect(path, 303)
    return redirect(url_for("public.search", q=question) if question else url_for("public.home"), 303)
