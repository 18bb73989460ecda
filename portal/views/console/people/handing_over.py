"""A contact that was another person's: handed to the right file with what was promised in it, and back if need be."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal.cases.changing import attributing, deeds
from portal.cases.models import Case, Promise
from portal.citizens import access, identifying
from portal.citizens.models import Citizen
from portal.contacts import answering
from portal.contacts.models import Contact
from portal.database import db
from portal.errors import N_, Refused
from portal.referrals.following import referring
from portal.views import guards
from portal.views.console.door import agents, bp, me, refusals_shown
from portal.views.console.finding import typed as finding
from portal.views.forms import Form

NOBODY = "nobody"


@bp.get("/contacts/<int:contact_id>/hand-to")
@agents
def hand_page(contact_id: int) -> str:
    return _page(answering.find_contact(contact_id, by=me()), Form())


@bp.post("/contacts/<int:contact_id>/hand-to/look")
@guards.asks
@agents
def hand_look(contact_id: int) -> str:
    """The page again, with those who answer to what is typed."""
    return _page(answering.find_contact(contact_id, by=me()), Form(request.form))


@bp.post("/contacts/<int:contact_id>/hand-to")
@agents
def hand_to(contact_id: int) -> Any:
    contact, form = answering.hold_contact(contact_id, by=me()), Form(request.form)
    with refusals_shown(form):
        if deeds.done_by(form.key()) is None:
            _hand(contact, form)
    if not form.valid:
        return _page(contact, form), 422
    db.session.commit()
    flash("L’échange est passé à l’autre dossier. Vous pouvez le rendre.")
    return redirect(url_for("console.hand_page", contact_id=contact_id))


@bp.post("/contacts/<int:contact_id>/hand-back")
@agents
def hand_back(contact_id: int) -> Any:
    contact = answering.hold_contact(contact_id, by=me())
    deed = attributing.handed_by(contact)
    undone = attributing.take_back(contact, deed, by=me()) if deed is not None else deeds.Undone(0)
    referring.follow_contact(contact)
    db.session.commit()
    left = " Ce que quelqu’un a changé depuis est resté tel quel." if undone.left else ""
    flash(f"L’échange est rendu à son premier dossier.{left}")
    return redirect(url_for("console.hand_page", contact_id=contact_id))


def _hand(contact: Contact, form: Form) -> None:
    before, person = contact.person, _person(contact, form)
    case_too = form.text("case") != "stays"
    deed = attributing.hand_to(contact, person, case_too=case_too, by=me(), form_key=form.key())
    referring.follow_contact(contact)
    used = contact.identifier
    with deeds.going_on(deed):  # handed back, the number is whose it was
        if used is not None and before is not None and form.text("not_theirs"):
            identifying.unlink(used, before, by=me().actor)
        if used is not None and person is not None and form.text("remember"):
            identifying.link(used, person, certainty="confirmed", evidence="agent", by=me().actor)


def _person(contact: Contact, form: Form) -> Citizen | None:
    chosen, name = form.text("citizen"), form.text("new_name", longest=200)
    if chosen == NOBODY:
        return None
    if chosen.isascii() and chosen.isdigit():
        return access.point_at(int(chosen), by=me())
    if not name:
        raise Refused(N_("Dites de qui il s’agit."), field="who")
    return identifying.add_citizen(name, by=me().actor, language=contact.language, commune=contact.commune)


def _page(contact: Contact, form: Form) -> str:
    typed = form.text("who", longest=200)
    found = finding.find(typed) if typed else None
    deed = attributing.handed_by(contact)
    promises = db.select(Promise).filter_by(contact_id=contact.id).order_by(Promise.due_at)
    return render_template(
        "console/people/hand_to.html",
        contact=contact,
        person=contact.person,
        found=[one for one in found.people if one is not contact.person] if found else None,
        case=db.session.get(Case, contact.case_id) if contact.case_id else None,
        others=attributing.others_of_case(contact),
        promises=list(db.session.scalars(promises)),
        deed=deed,
        values=form.values,
        errors=form.errors,
        error_ids={"": "contenu", "citizen": "who", "name": "new_name"},
        form_key=form.key(),
    )
