"""The code of the site that a person says: an agent types it, and what was read and asked comes with the contact."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext

from portal.contacts import answering
from portal.contacts.codes import bridge_codes
from portal.contacts.models import BridgeCode, Contact
from portal.database import db
from portal.views.console.contact import page
from portal.views.console.door import agents, bp, me, refusals_shown
from portal.views.context import settings
from portal.views.forms import Form


@bp.post("/contacts/<int:contact_id>/code")
@agents
def bring_code(contact_id: int) -> Any:
    """The person said the code of their page. A wrong one counts; what is typed beside it stays."""
    contact = answering.hold_contact(contact_id, by=me())
    form = Form(request.form)
    found = _bring(contact, form)
    if form.valid:
        page.jot(contact, form)
        db.session.commit()
        if found is None:
            form.refuse("bridge", gettext(bridge_codes.LOST))
    if not form.valid:
        return page.show(contact, form), 422
    form.values["bridge"] = ""
    if page.half_written(form):
        return page.show(contact, form)
    flash("Ce que la personne a lu et cherché est dans la page.")
    return redirect(url_for("console.contact", contact_id=contact_id))


def _bring(contact: Contact, form: Form) -> BridgeCode | None:
    with refusals_shown(form):
        answering.check_held(contact, by=me())
        typed = form.text("bridge", longest=40)
        return bridge_codes.bring(contact, typed, secret=settings().secret_key, by=me().actor)
    return None
