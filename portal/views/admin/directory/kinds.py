"""Doors of the kinds of service: what each is called, which office is the right one, whom to ask if there is none."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal import history
from portal.database import db
from portal.directory.finding import choosing as directory
from portal.directory.finding import kinds as known
from portal.directory.finding.offices import resolve_many
from portal.directory.models import Kind
from portal.errors import Refused
from portal.staff.managing import names_of
from portal.views import choosing, guards
from portal.views.admin import bp
from portal.views.admin.directory import words
from portal.views.forms import Form, shown_again
from portal.views.paging import A_PAGE, last_page, page_asked

administrator = guards.staff("administrator")

NATIONAL = ("title", "phone", "url", "text")


@bp.get("/kinds")
@administrator
def kinds() -> str:
    """The kinds by name; with a commune, what each of them is there."""
    form = Form(request.args)
    town = choosing.read_commune(form)
    every, page = known.kinds_named(form.text("q")[:100]), page_asked()
    found = every[A_PAGE * (page - 1) : A_PAGE * page]
    return render_template(
        "admin/kinds/list.html",
        kinds=found,
        total=len(every),
        page=page,
        last=last_page(len(every)),
        offices=directory.offices_by_kind(),
        levels=known.LEVELS,
        name_of=known.name_of,
        town=town,
        resolved=resolve_many([one.code for one in found], town.code, limit=1) if town else {},
        values=form.values,
        errors=form.errors,
    )


@bp.get("/kinds/new")
@administrator
def new_kind() -> str:
    return _show(None, {"level": "none"})


@bp.get("/kinds/<code>")
@administrator
def kind(code: str) -> str:
    found = known.find_kind(code)
    return _show(found, _values(found))


@bp.post("/kinds")
@administrator
def create_kind() -> Any:
    return _save("")


@bp.post("/kinds/<code>")
@administrator
def save_kind(code: str) -> Any:
    return _save(known.find_kind(code).code)


def _save(code: str) -> Any:
    form = Form(request.form)
    try:
        values = _read(form)
        code = code or form.text("code", required=True, longest=60)
        form.refuse_unread()
        known.save_kind(code, by=current_user.actor, version=form.number("version"), **values)
    except Refused as refusal:
        return _show_again(code, form, refusal)
    db.session.commit()
    flash("Le genre est gardé.", "good")
    return redirect(url_for("admin.kinds"))


def _read(form: Form) -> dict[str, Any]:
    national = {name: form.text(f"national_{name}", longest=1000) for name in NATIONAL}
    return {
        "names": {language: form.text(f"name_{language}", longest=200) for language in words.LANGUAGES},
        "level": form.choice("level", known.LEVELS, required=True),
        "answered_by": _read_others(form),
        "national": {name: said for name, said in national.items() if said},
        "look_for": {
            language: form.text(f"look_for_{language}", longest=1000) for language in words.LANGUAGES
        },
    }


def _read_others(form: Form) -> list[str]:
    """The kinds that stand for this one, one a line."""
    codes = []
    for line in form.text("answered_by").splitlines():
        typed = line.strip()
        if not typed:
            continue
        found = choosing.kind_in(typed)
        if found is None:
            form.refuse("answered_by", choosing.NO_KIND.format(typed))
        elif found.code not in codes:
            codes.append(found.code)
    return codes


def _values(found: Kind) -> dict[str, Any]:
    values: dict[str, Any] = {"level": found.level, "version": found.version}
    values |= {f"name_{language}": name for language, name in found.names.items()}
    values |= {f"look_for_{language}": text for language, text in found.look_for.items()}
    values |= {f"national_{name}": found.national.get(name, "") for name in NATIONAL}
    values["answered_by"] = "\n".join(choosing.kind_named(code) for code in found.answered_by)
    return values


def _show(found: Kind | None, values: dict[str, Any], **shown: Any) -> str:
    events = history.of(found, limit=20) if found and found.version else []
    return render_template(
        "admin/kinds/form.html",
        kind=found,
        title=known.name_of(found) if found else "Nouveau genre",
        values=values,
        levels=list(known.LEVELS.items()),
        events=events,
        people=names_of(history.actors(events)),
        words=words,
        **{"errors": {}, "rows": [], **shown},
    )


def _show_again(code: str, form: Form, refusal: Refused) -> Any:
    db.session.rollback()
    found = known.kind(code) if request.view_args else None
    values: dict[str, Any] = dict(form.values)
    return _show(found, **shown_again(form, refusal, found, values, words.rows)), refusal.status
