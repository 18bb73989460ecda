"""A note added to a contact by who handed it on, or once it is over."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from portal.contacts import answering, noting
from portal.database import db
from portal.views.console.contact import page
from portal.views.console.door import agents, bp, me, refusals_shown
from portal.views.forms import Form


@bp.post("/contacts/<int:contact_id>/notes")
@agents
def note_contact(contact_id: int) -> Any:
    """Keeps the note; whatever else was typed stays on the page."""
    found, form = answering.hold_contact(contact_id, by=me()), Form(request.form)
    with refusals_shown(form):
        noting.add_note(found, form.text("later_note"), by=me(), form_key=form.key())
    if not form.valid:
        return page.show(found, form), 422
    db.session.commit()
    flash("La note est ajoutée.")
    return redirect(url_for("console.contact", contact_id=contact_id))
