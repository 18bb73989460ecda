"""Who may speak for a citizen and who is near to them; which of their numbers are surely theirs; who spoke."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from portal.citizens import identifying, relations
from portal.citizens.models import Citizen, Identifier
from portal.contacts import answering, representing
from portal.database import db
from portal.errors import N_, Missing, Refused
from portal.views import here
from portal.views.console.door import agents, bp, me, refusals_shown
from portal.views.console.finding import typed as finding
from portal.views.console.people import editing
from portal.views.console.people.citizens import open_file
from portal.views.forms import Form


@bp.post("/citizens/<int:citizen_id>/relations")
@agents
def relate(citizen_id: int) -> Any:
    person, form = open_file(citizen_id), Form(request.form)
    kind = form.choice("relation", relations.KINDS, required=True)
    ends_on = form.day("relation_ends_on")
    typed = form.text("relative", longest=200)
    if form.valid:
        with refusals_shown(form):
            evidence, other = form.text("evidence", longest=300), _on_file(typed)
            known = {"name": typed, "evidence": evidence, "timezone": here.zone()}
            relations.relate(person, kind, other=other, ends_on=ends_on, **known, by=me().actor)
    if not form.valid:
        return editing.show(person, form), 422
    db.session.commit()
    flash("C’est noté.")
    return redirect(url_for("console.edit_page", citizen_id=person.id))


@bp.post("/citizens/<int:citizen_id>/relations/<int:relation_id>/end")
@agents
def unrelate(citizen_id: int, relation_id: int) -> Any:
    person = open_file(citizen_id)
    relations.unrelate(person, relation_id, by=me().actor)
    db.session.commit()
    flash("C’est retiré.")
    return redirect(url_for("console.edit_page", citizen_id=person.id))


@bp.post("/citizens/<int:citizen_id>/identifiers/<int:identifier_id>")
@agents
def judge_identifier(citizen_id: int, identifier_id: int) -> Any:
    """Surely theirs, or not theirs at all. Said twice is once."""
    person, said = open_file(citizen_id), Form(request.form).text("is")
    link = identifying.find_link(identifier_id, person)
    if said not in ("theirs", "not") or (link is None and said == "theirs"):
        raise Missing
    if link is not None:
        used: Identifier = link.identifier
        if said == "theirs":
            identifying.link(used, person, certainty="confirmed", evidence="agent", by=me().actor)
        else:
            identifying.unlink(used, person, by=me().actor)
    db.session.commit()
    flash("C’est noté.")
    return redirect(url_for("console.edit_page", citizen_id=person.id))


@bp.post("/contacts/<int:contact_id>/spoke")
@agents
def say_who_spoke(contact_id: int) -> Any:
    """Whoever spoke for the citizen in this contact, or that it was the citizen."""
    contact, form = answering.hold_contact(contact_id, by=me()), Form(request.form)
    representing.say_who_spoke(contact, form.number("speaker"), by=me().actor)
    db.session.commit()
    return redirect(url_for("console.contact", contact_id=contact_id))


def _on_file(typed: str) -> Citizen | None:
    """The file that a number, an address or a reference leads to, if it leads to one person; a name is only a name."""
    found = finding.find(typed) if typed else None
    if found is None or found.read_as == "name":
        return None
    if len(found.people) != 1:
        raise Refused(N_("Cela ne mène pas à une seule personne. Écrivez son nom."), field="relative")
    return found.people[0]
