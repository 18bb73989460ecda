"""A contact entered by hand: a call taken on another telephone, the counter, a letter. One form, one key to open it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal.citizens import access, identifying
from portal.citizens.models import Citizen, Identifier
from portal.contacts import recording
from portal.contacts.models import Contact
from portal.database import db
from portal.errors import N_, Refused
from portal.views import guards, kept
from portal.views.console import words
from portal.views.console.contact.wrapping_up import finish, read_outcome
from portal.views.console.door import agents, bp, me, refusals_shown
from portal.views.console.finding import typed as finding
from portal.views.forms import Form

NEW, NOBODY = "new", "nobody"


@bp.get("/contacts/new")
@agents
def new_contact() -> str:
    return _page(Form())


@bp.post("/contacts/new/who")
@guards.asks
@agents
def who_it_may_be() -> str:
    """Those who answer to what is typed, asked for while it is typed; by POST, for it is a number or a name."""
    form = Form(request.form)
    typed = form.text("who", longest=200)
    found = finding.find(typed) if typed else None
    return render_template("console/desk/who_found.html", found=found, values=form.values, errors={})


@bp.post("/contacts/new")
@agents
def enter_contact() -> Any:
    form = Form(request.form)
    channel = form.choice("channel", words.BY_HAND, required=True)
    outcome = read_outcome(form)
    contact = None
    if form.valid:
        with refusals_shown(form):
            contact = _record(form, channel)
            finish(contact, outcome, form)
    if contact is None or not form.valid:
        return _page(form), 422
    db.session.commit()
    flash("C’est enregistré.")
    return redirect(url_for("console.contact", contact_id=contact.id))


def _record(form: Form, channel: str) -> Contact:
    """The contact, of the person found, of a new one, or of a number alone."""
    used = _identifier(form.text("who", longest=200))
    contact, new = recording.record_by_hand(
        form.key(),
        channel,
        None,
        organization_id=me().organization_id,
        by=me().actor,
        identifier_id=used.id if used else None,
        subject=form.text("subject", longest=200),
    )
    person = _person(form, used) if new else None  # a form sent twice makes nobody twice
    if person is not None:
        recording.attribute(contact, person, certainty="confirmed", by=me().actor)
        if used is not None:
            identifying.link(used, person, certainty="confirmed", evidence="agent", by=me().actor)
    return contact


def _identifier(typed: str) -> Identifier | None:
    """The number or the address that was typed; a name or a reference is neither."""
    found = finding.find(typed) if typed else None
    if found is None or found.read_as not in ("phone", "email"):
        return None
    return identifying.identifier(found.read_as, found.value)


def _person(form: Form, used: Identifier | None) -> Citizen | None:
    """Who the agent says it is. When several may be meant, the agent is asked."""
    chosen, typed = form.text("person"), form.text("who")
    if chosen.isascii() and chosen.isdigit():
        return access.point_at(int(chosen), by=me())
    if chosen == NOBODY:
        return None
    found = finding.find(typed) if typed else None
    if chosen != NEW and found is not None and found.people:
        raise Refused(N_("Dites de qui il s’agit."), field="person")
    name = form.text("new_name", longest=200) or ("" if used or (found and found.case) else typed)
    if not name:
        if chosen == NEW:
            raise Refused(N_("Écrivez le nom de la personne."), field="new_name")
        return None
    return identifying.add_citizen(name, by=me().actor)


def _page(form: Form) -> str:
    typed = form.text("who")
    defaults = {"channel": "phone", "disposition": "answered"}
    return render_template(
        "console/desk/by_hand.html",
        values={**defaults, **form.values},
        errors=form.errors,
        error_ids={"": "contenu", "name": "new_name"},
        found=finding.find(typed) if typed else None,
        form_key=form.key(),
        topics=kept.topics(),
    )
