"""Undoing a merge: what comes back, and whose is what was recorded in between."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal.cases.changing import attributing
from portal.cases.models import Case
from portal.citizens import merging, relations
from portal.citizens.models import Flag, IdentifierLink, Merge
from portal.contacts.models import Contact
from portal.database import db, hold_all
from portal.errors import Missing
from portal.referrals.following import referring
from portal.staff.managing import names_of
from portal.views.console.door import agents, bp, me
from portal.views.console.people.citizens import open_file
from portal.views.console.people.merging import card, note_readings
from portal.views.forms import Form

MOST_ASKED = 100


@bp.get("/merges/<int:merge_id>")
@agents
def unmerge_page(merge_id: int) -> Any:
    merge = _open(merge_id)
    if merge.undone_at is not None:
        return _back(merge, "Ces deux dossiers sont déjà séparés.")
    parted = merging.parting(merge)
    page = render_template("console/people/merge_undo.html", values={}, errors={}, **_asked(parted))
    note_readings(parted.kept)
    return page


def _asked(parted: merging.Parting) -> dict[str, Any]:
    """What is told of the two files, and asked of what came in between."""
    between = _between(parted)
    goes = attributing.by_identifier(between, parted.leaving, parted.staying)
    asked = [one for one in between if one.organization_id == me().organization_id][:MOST_ASKED]
    return {
        "parted": parted,
        "cards": [card(parted.kept, parted.staying), card(parted.absorbed, parted.leaving)],
        "by": names_of({parted.merge.by_id})[parted.merge.by_id],
        "asked": asked,
        "goes": [str(one.id) for one in asked if one.id in goes],
        "unasked": len(between) - len(asked),
        "stays": _added_since(parted),
    }


@bp.post("/merges/<int:merge_id>")
@agents
def unmerge(merge_id: int) -> Any:
    merge, form = _open(merge_id), Form(request.form)
    parted = merging.undo(merge, by=me())
    if parted is not None:
        _share_out(parted, set(form.data.getlist("shown")), set(form.data.getlist("leaves")))
    db.session.commit()
    return _back(merge, "Les deux dossiers sont de nouveau séparés.")


def _share_out(parted: merging.Parting, shown: set[str], leaves: set[str]) -> None:
    """Gives each contact of the meantime to whom the page said, or its number where the page did not show it."""
    between = _between(parted)
    goes = attributing.by_identifier(between, parted.leaving, parted.staying)
    going = [one for one in between if (str(one.id) in leaves if str(one.id) in shown else one.id in goes)]
    ids = {one.id for one in going}
    hold_all(Contact, ids)  # all of them, before any of their cases
    hold_all(Case, {one.case_id for one in going if one.case_id})
    for contact in going:
        others = attributing.others_of_case(contact)
        case_too = all(one.id in ids or one.citizen_id in parted.leaving for one in others)
        attributing.hand_to(contact, parted.absorbed, case_too=case_too, by=me())
        referring.follow_contact(contact)


def _between(parted: merging.Parting) -> list[Contact]:
    return attributing.recorded_since(parted.staying, parted.merge.at)


def _added_since(parted: merging.Parting) -> dict[str, list[Any]]:
    """What was added to the file meanwhile and stays in it."""
    told = relations.said_since(parted.staying, parted.merge.at)
    found: dict[str, list[Any]] = {
        "relations": [(one, relations.whose(one), relations.other_of(one)) for one in told]
    }
    for name, model in (("links", IdentifierLink), ("flags", Flag)):
        query = db.select(model).where(model.citizen_id.in_(parted.staying))
        found[name] = list(db.session.scalars(query.where(model.created_at >= parted.merge.at)))
    return found


def _open(merge_id: int) -> Merge:
    """The merge, for someone who may open both files."""
    merge = db.session.get(Merge, merge_id)
    if merge is None:
        raise Missing
    for number in (merge.kept_id, merge.absorbed_id):
        open_file(number)
    return merge


def _back(merge: Merge, sentence: str) -> Any:
    flash(sentence)
    return redirect(url_for("console.citizen", citizen_id=merge.kept_id))
