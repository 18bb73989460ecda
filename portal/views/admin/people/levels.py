"""Doors of the service levels: in how many working days each kind of matter is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal import clock, history
from portal.cases.due import clocks, levels
from portal.cases.models import NATURES, PRIORITIES, ServiceLevel
from portal.database import db
from portal.directory.hours import calendars
from portal.errors import Refused, Stale
from portal.staff.managing import names_of
from portal.views import guards, kept
from portal.views.admin import bp
from portal.views.admin.content import words
from portal.views.console.cases import words as case_words
from portal.views.forms import Form

administrator = guards.staff("administrator")

FIELDS = {
    "nature": "Nature",
    "topic_id": "Thème",
    "priority": "Priorité",
    "first_answer_days": "Première réponse (jours ouvrés)",
    "resolution_days": "Réponse complète (jours ouvrés)",
    "warn_days": "Prévenir la personne responsable, avant (jours ouvrés)",
    "escalate_days": "Prévenir l’encadrement, avant (jours ouvrés)",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """What would be due in a matter opened on a day."""

    opened: date
    first_answer: date
    resolution: date
    silence: date | None
    means: str


@bp.get("/levels")
@administrator
def service_levels() -> Any:
    """What is undertaken, and what comes of it for a matter of one's choice."""
    form = Form(request.args)
    rules = levels.levels_of(current_user.organization_id)
    tried = _try(form, rules)
    page = render_template(
        "admin/levels/list.html",
        levels=rules,
        usual=[(nature, levels.AS_USUAL.get(nature, levels.USUAL)) for nature in NATURES],
        urgent=levels.URGENT,
        tried=tried,
        values=form.values,
        errors=form.errors,
        **_names(),
    )
    return page, 200 if form.valid else 422


@bp.get("/levels/new")
@administrator
def new_level() -> str:
    return _show(None, levels.USUAL._asdict())


@bp.get("/levels/<int:level_id>")
@administrator
def service_level(level_id: int) -> str:
    found = levels.level(current_user, level_id)
    return _show(found, {name: getattr(found, name) for name in (*FIELDS, "version")})


@bp.post("/levels")
@administrator
def create_level() -> Any:
    return _save(None)


@bp.post("/levels/<int:level_id>")
@administrator
def save_level(level_id: int) -> Any:
    return _save(levels.level(current_user, level_id))


@bp.post("/levels/<int:level_id>/removal")
@administrator
def remove_level(level_id: int) -> Any:
    levels.remove_level(levels.level(current_user, level_id), by=current_user)
    db.session.commit()
    flash("L’engagement est retiré. Ce qui est déjà promis garde sa date.", "good")
    return redirect(url_for("admin.service_levels"))


def _save(found: ServiceLevel | None) -> Any:
    form = Form(request.form)
    values = _read(form)
    try:
        form.refuse_unread()
        levels.save_level(found, form.number("version"), by=current_user, **values)
    except Refused as refusal:
        return _show_again(found, form, refusal)
    db.session.commit()
    flash("L’engagement est gardé. Il compte pour les affaires qui s’ouvrent.", "good")
    return redirect(url_for("admin.service_levels"))


def _read(form: Form) -> dict[str, Any]:
    for name in levels.DAYS:
        form.text(name, required=True)
    return {
        "nature": form.choice("nature", NATURES),
        "topic_id": form.number("topic_id"),
        "priority": form.choice("priority", PRIORITIES),
        **{name: form.number(name) or 0 for name in levels.DAYS},
    }


def _try(form: Form, rules: Any) -> Tried | None:
    """What a matter opened that day would be due on; None where nothing was asked."""
    nature = form.choice("nature", NATURES)
    priority = form.choice("priority", PRIORITIES) or "normal"
    calendar = calendars.of_organization(current_user.organization_id)
    opened = form.day("opened") or calendar.day(clock.now())
    topic_id = form.number("topic_id")
    if not nature or not form.valid:
        return None
    level = levels.level_for(rules, nature=nature, topic_id=topic_id, priority=priority)
    means = clocks.REGIMES[nature]
    return Tried(
        opened,
        calendar.after(opened, level.first_answer_days),
        calendar.after(opened, level.resolution_days),
        clocks.silent_until(means, opened),
        means,
    )


def _names() -> dict[str, Any]:
    return {
        "natures": case_words.NATURES,
        "priorities": case_words.PRIORITIES,
        "topics": dict(kept.topics()),
    }


def _show(found: ServiceLevel | None, values: dict[str, Any], **shown: Any) -> str:
    events = history.of(found, limit=20) if found else []
    return render_template(
        "admin/levels/form.html",
        level=found,
        values={name: "" if value is None else value for name, value in values.items()},
        fields=FIELDS,
        events=events,
        people=names_of(history.actors(events)),
        words=words,
        **{"errors": {}, "rows": [], **_names(), **shown},
    )


def _show_again(found: ServiceLevel | None, form: Form, refusal: Refused) -> Any:
    level_id = found.id if found else None
    db.session.rollback()
    found = levels.level(current_user, level_id) if level_id else None
    values: dict[str, Any] = dict(form.values)
    rows = []
    if isinstance(refusal, Stale) and found:
        said = [{name: _said(name, one[name]) for name in FIELDS} for one in (refusal.theirs, refusal.yours)]
        rows = [(FIELDS[name], said[0][name], said[1][name]) for name in FIELDS]
        rows = [row for row in rows if row[1] != row[2]]
        values["version"] = found.version
    form.take(refusal)
    return _show(found, values, errors=form.errors, rows=rows), refusal.status


def _said(name: str, value: Any) -> str:
    names = _names()
    by_name = {"nature": names["natures"], "topic_id": names["topics"], "priority": names["priorities"]}
    return str(by_name[name].get(value, "Toutes") if name in by_name else value)
