"""Two files of one person: compared field by field, read as one, and parted again at will."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal.cases import opening
from portal.cases.models import Case, Promise
from portal.citizens import doubles, lasting, merging, people, relations
from portal.citizens.models import Citizen, Flag, IdentifierLink
from portal.contacts.models import Contact
from portal.database import db
from portal.views import guards
from portal.views.console.door import agents, bp, may_read, me, note_reading, own_name_of
from portal.views.console.finding import typed as finding
from portal.views.console.people.citizens import open_file
from portal.views.forms import Form


@bp.get("/citizens/<int:citizen_id>/merge")
@agents
def merge_page(citizen_id: int) -> str:
    return _look(open_file(citizen_id), Form())


@bp.post("/citizens/<int:citizen_id>/merge")
@guards.asks
@agents
def merge_look(citizen_id: int) -> str:
    """Looks for the other file; by POST, for what is typed is a number or a name."""
    return _look(open_file(citizen_id), Form(request.form))


def _look(person: Citizen, form: Form) -> str:
    typed = form.text("who", longest=200)
    found = finding.find(typed) if typed else None
    return render_template(
        "console/people/merge_look.html",
        citizen=person,
        found=[one for one in found.people if one is not person] if found else None,
        hints=finding.hints([one.id for one in found.people if may_read(one)]) if found else {},
        values=form.values,
        errors=form.errors,
    )


@bp.get("/citizens/<int:citizen_id>/merge/<int:other_id>")
@agents
def merge_preview(citizen_id: int, other_id: int) -> Any:
    """Both files side by side, and what each field would say."""
    kept, absorbed = open_file(citizen_id), open_file(other_id)
    if kept is absorbed:
        flash("Ces deux dossiers sont déjà lus ensemble.")
        return redirect(url_for("console.citizen", citizen_id=kept.id))
    return _preview(kept, absorbed, Form())


@bp.post("/citizens/<int:citizen_id>/merge/<int:other_id>")
@agents
def merge(citizen_id: int, other_id: int) -> Any:
    kept, absorbed = open_file(citizen_id), open_file(other_id)
    form = Form(request.form)
    seen = (form.number("kept_version") or 0, form.number("absorbed_version") or 0)
    same = (kept.id, absorbed.id) == (citizen_id, other_id)  # else merged elsewhere meanwhile
    try:
        merging.merge(
            kept, absorbed, form.values, versions=seen if same else (0, 0), form_key=form.key(), by=me()
        )
    except merging.Moved as refusal:
        db.session.rollback()
        form.take(refusal)
        return _preview(open_file(citizen_id), open_file(other_id), form), refusal.status
    db.session.commit()
    flash(
        "Les deux dossiers sont lus ensemble. Pour les séparer, à tout moment : « Plusieurs dossiers réunis »."
    )
    return redirect(url_for("console.citizen", citizen_id=citizen_id))


def _preview(kept: Citizen, absorbed: Citizen, form: Form) -> str:
    page = render_template(
        "console/people/merge_preview.html",
        kept=kept,
        absorbed=absorbed,
        choices=merging.choices(kept, absorbed),
        cards=[card(kept), card(absorbed)],
        reasons=doubles.reasons_for(kept, absorbed),
        values=form.values,
        errors=form.errors,
        error_ids={"": "contenu"},
        form_key=form.key(),
    )
    note_readings(kept, absorbed)
    return page


def card(person: Citizen, files: Collection[int] = ()) -> dict[str, Any]:
    """What tells two people apart, or shows that they are one: of the whole person, or of these files alone."""
    files = files or people.ids(person.id)
    links = db.select(IdentifierLink).where(IdentifierLink.citizen_id.in_(files))
    flags = db.select(Flag).where(Flag.citizen_id.in_(files), lasting.lasts(Flag))
    cases, contacts = db.select(Case).where(opening.IS_OPEN), db.select(Contact)
    promises = db.select(Promise).where(opening.IS_OWED)
    return {
        "citizen": person,
        "called": own_name_of(person),
        "links": list(db.session.scalars(links.order_by(IdentifierLink.certainty))),
        "flags": list(db.session.scalars(flags.order_by(Flag.kind))),
        "near": [(one, relations.other_of(one)) for one in relations.around(person, files)],
        "speaks_for": [(one, relations.whose(one)) for one in relations.spoken_for_by(person, files)],
        "cases": _ours(Case, cases, files, Case.opened_at.desc()),
        "promises": _ours(Promise, promises, files, Promise.due_at),
        "last": next(iter(_ours(Contact, contacts, files, Contact.started_at.desc())), None),
    }


def _ours(model: Any, query: Any, files: Collection[int], order: Any) -> list[Any]:
    """A few of these files' rows, of the reader's organization."""
    query = query.where(model.citizen_id.in_(files), model.organization_id == me().organization_id)
    return list(db.session.scalars(query.order_by(order).limit(3)))


def note_readings(*people: Citizen) -> None:
    """What was shown of these files was a reading of each; of a protected one, the written reason already is."""
    for number in [one.id for one in people if may_read(one)]:
        note_reading(number)
