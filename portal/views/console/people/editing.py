"""Keeping a citizen's file right: name, language, ways to be reached, flags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import Select

from portal import history
from portal.citizens import identifying, keeping, relations
from portal.citizens.models import Citizen
from portal.database import db
from portal.errors import Stale
from portal.staff.managing import names_of
from portal.views import choosing, here
from portal.views.console import words
from portal.views.console.door import agents, bp, me, refusals_shown, supervisors
from portal.views.console.people import briefing
from portal.views.console.people import words as people_words
from portal.views.console.people.citizens import open_file
from portal.views.forms import Form


@bp.get("/citizens/<int:citizen_id>/edit")
@agents
def edit_page(citizen_id: int) -> str:
    return show(open_file(citizen_id), Form())


@bp.post("/citizens/<int:citizen_id>/edit")
@agents
def edit(citizen_id: int) -> Any:
    person = open_file(citizen_id)
    form = Form(request.form)
    typed = _typed(form)
    own = person.id == citizen_id  # else merged meanwhile: shown beside what the other file says
    try:
        with refusals_shown(form):
            version = form.number("version") or 0
            keeping.edit_citizen(person, version if own else 0, by=me().actor, **typed)
    except Stale as refusal:
        return _both(open_file(citizen_id), form, refusal), refusal.status
    if not form.valid:
        return show(person, form), 422
    db.session.commit()
    return _done(citizen_id, "Le dossier est enregistré.")


@bp.post("/citizens/<int:citizen_id>/protection")
@supervisors
def protect(citizen_id: int) -> Any:
    person = open_file(citizen_id)
    form = Form(request.form)
    protected = form.choice("protected", ("yes", "no"), required=True) == "yes"
    if form.valid:
        with refusals_shown(form):
            reason = form.text("protection_reason", longest=500)
            keeping.protect(person, protected, reason=reason, by=me())
    if not form.valid:
        return show(person, form), 422
    db.session.commit()
    return _done(citizen_id, "Le dossier est protégé." if protected else "Le dossier n’est plus protégé.")


@bp.post("/citizens/<int:citizen_id>/identifiers")
@agents
def add_identifier(citizen_id: int) -> Any:
    person = open_file(citizen_id)
    form = Form(request.form)
    with refusals_shown(form):
        kind, value = identifying.reach(form.text("reach", required=True, longest=254))
        used = identifying.identifier(kind, value)
        identifying.link(used, person, certainty="confirmed", evidence="agent", by=me().actor)
    if not form.valid:
        _name_reach(form)
        return show(person, form), 422
    db.session.commit()
    return _done(citizen_id, "Le moyen de contact est ajouté.")


@bp.post("/citizens/<int:citizen_id>/flags")
@agents
def raise_flag(citizen_id: int) -> Any:
    person = open_file(citizen_id)
    form = Form(request.form)
    kind, ends_on = form.choice("flag", words.FLAGS, required=True), form.day("ends_on")
    note = form.text("flag_note", longest=300)
    if form.valid:
        with refusals_shown(form):
            by, zone = me().actor, here.zone()
            keeping.raise_flag(person, kind, note=note, ends_on=ends_on, timezone=zone, by=by)
    if not form.valid:
        return show(person, form), 422
    db.session.commit()
    return _done(citizen_id, "C’est noté.")


@bp.post("/citizens/<int:citizen_id>/flags/<int:flag_id>/lower")
@agents
def lower_flag(citizen_id: int, flag_id: int) -> Any:
    keeping.lower_flag(open_file(citizen_id), flag_id, by=me().actor)
    db.session.commit()
    return _done(citizen_id, "C’est retiré.")


def _commune(form: Form) -> dict[str, str]:
    """The commune's code; what the form does not name stays."""
    if "commune" not in form.values:
        return {}
    town = choosing.read_commune(form)
    return {"commune": town.code if town else ""}


def _name_reach(form: Form) -> None:
    """The refusal of a number or an address, shown beside the one field in which both are typed."""
    for kind in ("phone", "email"):
        if kind in form.errors:
            form.errors["reach"] = form.errors.pop(kind)


def _typed(form: Form) -> dict[str, str]:
    return {
        "name": form.text("name", required=True, longest=200),
        "called": form.text("called", longest=200),
        "language": form.choice("language", words.LANGUAGES, required=True),
        "preferred_channel": form.choice("preferred_channel", words.CHANNELS),
        "know_first": form.text("know_first", longest=200),
        **_commune(form),
    }


def _both(person: Citizen, form: Form, refusal: Stale) -> str:
    """What somebody else saved beside what was typed, which stays in the form: sent again, it is saved."""
    db.session.rollback()
    form.take(refusal)
    form.values["version"] = str(person.version)
    changed = {name: (refusal.theirs.get(name), typed) for name, typed in refusal.yours.items()}
    rows = [
        (people_words.FIELDS[name], people_words.say(name, theirs), people_words.say(name, typed))
        for name, (theirs, typed) in changed.items()
        if theirs != typed
    ]
    return show(person, form, rows)


def _done(citizen_id: int, sentence: str) -> Any:
    flash(sentence)
    return redirect(url_for("console.edit_page", citizen_id=citizen_id))


def show(person: Citizen, form: Form, rows: Sequence[tuple[str, str, str]] = ()) -> str:
    """The page, with what was typed in whichever of its forms; `rows`, where somebody else saved meanwhile."""
    fields = ("name", "called", "language", "preferred_channel", "commune", "know_first", "version")
    kept = {name: getattr(person, name) for name in fields}
    log = history.of(person, limit=50)
    return render_template(
        "console/people/edit_citizen.html",
        citizen=person,
        values={**kept, **form.values},
        rows=rows,
        errors=form.errors,
        links=briefing.links_of(person),
        flags=keeping.live_flags(person.id),
        relations=[(one, relations.other_of(one)) for one in relations.around(person)],
        log=log,
        others={one.id: one for one in db.session.scalars(_named_in(log))},
        authors=names_of(history.actors(history.of(person, limit=50))),
    )


def _named_in(log: list[history.Event]) -> Select[Citizen]:
    """The files that this one was joined to, parted or told from."""
    return db.select(Citizen).where(
        Citizen.id.in_({one.details["other"] for one in log if "other" in one.details})
    )
