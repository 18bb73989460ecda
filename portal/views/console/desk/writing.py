"""Writing a text first, to a number or to somebody whose file says a number."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal.citizens import identifying
from portal.citizens.models import Citizen, Identifier
from portal.contacts.models import Contact
from portal.contacts.texts import beginning
from portal.database import db
from portal.errors import N_, Missing, Refused
from portal.lines.models import Line
from portal.telephony import numbers
from portal.views import guards
from portal.views.console import words
from portal.views.console.contact import composing
from portal.views.console.door import agents, bp, me, refusals_shown
from portal.views.console.people.citizens import open_file
from portal.views.forms import Form


@bp.get("/texts/new")
@agents
def new_text() -> str:
    form = Form()
    asked = {name: request.args.get(name, type=int) for name in ("citizen_id", "identifier_id")}
    form.values.update({name: str(value) for name, value in asked.items() if value})
    return _page(form, _thread(form))


@bp.post("/texts/new/look")
@guards.asks
@agents
def look_text() -> str:
    """The page again, with a template in it, or what becomes of a text to this number: nothing is written."""
    form = Form(request.form)
    with refusals_shown(form):
        _typed_number(form)
    thread = _thread(form)
    composing.rewrite(thread, form)
    return _page(form, thread)


@bp.post("/texts/new")
@agents
def write_first() -> Any:
    form, contact = Form(request.form), None
    body = form.text("body", required=True, longest=1600)
    if form.valid:
        with refusals_shown(form):
            contact = _write(form, body)
    if contact is None or not form.valid:
        return _page(form, _thread(form)), 422
    db.session.commit()
    flash(words.sent_how(contact.messages[0]))
    return redirect(url_for("console.contact", contact_id=contact.id))


def _write(form: Form, body: str) -> Contact:
    number = _typed_number(form)
    numbers.check(number)
    thread = _thread(form, identifying.identifier("phone", number))
    composing.check(thread, form, body)
    reason, because = form.text("reason", longest=200), form.text("now_because", longest=300)
    return beginning.write_first(
        thread, body, reason=reason, form_key=form.key(), by=me(), now_because=because
    )


def _thread(form: Form, used: Identifier | None = None) -> Contact:
    """The exchange as it would begin, with what is known so far."""
    person, chosen = _person(form), _chosen(form)
    used = used or chosen
    if used is None and form.text("number") and "number" not in form.errors:
        used = identifying.find_identifier("phone", identifying.phone_number(form.text("number")))
    language = form.choice("language", words.LANGUAGES) or (person.language if person else "fr")
    lines = dict(_lines())
    line = form.text("line") if form.text("line") in lines else next(iter(lines), "")
    return beginning.thread_for(used, line, person, by=me(), language=language)


def _typed_number(form: Form) -> str:
    chosen = _chosen(form)
    if chosen is not None:
        return chosen.value
    typed = form.text("number", longest=30)
    if not typed:
        raise Refused(N_("Écrivez le numéro."), field="number")
    try:
        return identifying.phone_number(typed)
    except Refused as refusal:
        raise Refused(refusal.sentence, field="number") from refusal


def _person(form: Form) -> Citizen | None:
    """Whose file the agent came from, if they may open it."""
    citizen_id = form.number("citizen_id")
    return open_file(citizen_id) if citizen_id is not None else None


def _chosen(form: Form) -> Identifier | None:
    """The number of that file that was chosen; a number of somebody else's file does not exist here."""
    identifier_id, person = form.number("identifier_id"), _person(form)
    if identifier_id is None:
        return None
    link = identifying.find_link(identifier_id, person) if person else None
    if link is None or link.identifier.kind != "phone":
        raise Missing
    return link.identifier


def _lines() -> list[tuple[str, str]]:
    query = db.select(Line).filter_by(organization_id=me().organization_id).order_by(Line.id)
    return [(line.text_number or line.number, line.name) for line in db.session.scalars(query)]


def _page(form: Form, thread: Contact) -> str:
    return render_template(
        "console/desk/write_first.html",
        thread=thread,
        person=_person(form),
        composer=composing.as_typed(thread, form),
        lines=_lines(),
        values={"language": thread.language, "line": thread.line, **form.values},
        errors=form.errors,
        form_key=form.key(),
    )
