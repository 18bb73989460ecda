"""Saying whose contact it is, or that it is not who it was thought to be."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for

from portal.cases import opening
from portal.citizens import access, identifying, sighting
from portal.citizens.models import Citizen
from portal.contacts import answering, recording
from portal.contacts.models import Contact
from portal.database import db
from portal.referrals.following import referring
from portal.views.console.contact import page
from portal.views.console.door import agents, bp, me, refusals_shown
from portal.views.forms import Form


@bp.post("/contacts/<int:contact_id>/identity")
@agents
def say_who(contact_id: int) -> Any:
    contact = answering.hold_contact(contact_id, by=me())
    form = Form(request.form)
    with refusals_shown(form):
        answering.check_held(contact, by=me())
        page.jot(contact, form)
        _say_who(contact, form)
    if not form.valid:
        return page.show(contact, form), 422
    db.session.commit()
    if page.half_written(form):
        return page.show(contact, form)
    return redirect(url_for("console.contact", contact_id=contact_id))


def _say_who(contact: Contact, form: Form) -> None:
    by = me().actor
    if form.text("deny"):
        guessed = page.who(contact)
        if guessed.kind == "guessed" and contact.identifier is not None:
            sighting.refuse(contact.identifier, guessed.people[0], by=by)
        recording.deny(contact, by=by)
    else:
        person = _person(contact, form)
        recording.attribute(contact, person, certainty="confirmed", by=by)
        if contact.identifier is not None and form.text("remember"):
            identifying.link(contact.identifier, person, certainty="confirmed", evidence="agent", by=by)
    opening.follow_contact(contact, by=by)
    referring.follow_contact(contact)


def _person(contact: Contact, form: Form) -> Citizen:
    citizen_id = form.number("citizen")
    if citizen_id is not None:
        return access.point_at(citizen_id, by=me())
    name = form.text("new_name", longest=200)
    return identifying.add_citizen(name, by=me().actor, language=contact.language, commune=contact.commune)
