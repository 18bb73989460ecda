"""A citizen's file: what to know first, then the timeline across channels."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import redirect, render_template, request, url_for

from portal.cases import questions
from portal.citizens import access, doubles, merging, people, relations
from portal.citizens.models import Citizen, Duplicate
from portal.database import db
from portal.referrals.following import referring
from portal.views import kept
from portal.views.console.door import agents, bp, leave_reading, may_read, me, refusals_shown
from portal.views.console.people import briefing
from portal.views.forms import Form
from portal.views.paging import before_asked

A_PAGE = 15


@bp.get("/citizens/<int:citizen_id>")
@agents
def citizen(citizen_id: int) -> Any:
    person = open_file(citizen_id)
    if person.id != citizen_id:  # merged into another file
        return redirect(url_for("console.citizen", citizen_id=person.id))
    return show_file(person)


def show_file(person: Citizen) -> str:
    """The page of a file, opened with `open_file`; who reads it is noted."""
    read = _latest(person)
    answer = render_template("console/people/citizen.html", **_file(person, read))
    if may_read(person) and "reading" not in read.parts:  # a written reason was itself noted as the reading
        leave_reading(person.id, me().id)
    return answer


@bp.post("/citizens/<int:citizen_id>/reason")
@agents
def reason(citizen_id: int) -> Any:
    form = Form(request.form)
    access.point_at(citizen_id, by=me())
    with refusals_shown(form):
        access.give_reason(citizen_id, form.text("reason"), by=me())
    if not form.valid:
        return _ask_why(citizen_id, form), 422
    db.session.commit()
    return redirect(url_for("console.citizen", citizen_id=citizen_id))


@bp.errorhandler(access.Protected)
def protected(refusal: access.Protected) -> Any:
    """Whichever door it was, the page that asks why: the reason then opens all of this person's doors for a while."""
    db.session.rollback()
    return _ask_why(refusal.citizen_id, Form()), refusal.status


def open_file(citizen_id: int) -> Citizen:
    """The citizen, if the reader may open the file, or wrote why they must."""
    try:
        return access.open_citizen(citizen_id, by=me())
    except access.Protected:
        return access.open_citizen(citizen_id, by=me(), reason=access.recent_reason(citizen_id, by=me()))


def _ask_why(citizen_id: int, form: Form) -> str:
    return render_template(
        "console/protected.html", citizen_id=citizen_id, values=form.values, errors=form.errors
    )


def _latest(person: Citizen) -> briefing.Read:
    """The page of the timeline that is asked for."""
    return briefing.read_latest(person, before=before_asked(), limit=A_PAGE + 1)


def _file(person: Citizen, read: briefing.Read) -> dict[str, Any]:
    """The file at this page of its timeline."""
    first, more = before_asked() is None, len(read.contacts) > A_PAGE
    return {
        "brief": briefing.brief(person, read=read if first else None),
        "links": briefing.links_of(person),
        "moments": _moments(read),
        "first_page": first,
        "older": read.contacts[A_PAGE - 1].id if more else None,
        **_around(person, read.parts),
    }


def _around(person: Citizen, parts: Collection[str]) -> dict[str, Any]:
    """Whatever stands around the timeline, where there is any: the other files, who is near, what others referred."""
    found = doubles.doubles_of(person) if "doubles" in parts else []
    merges = merging.merges_of(person) if "merges" in parts else []
    near = relations.around(person) if "near" in parts else []
    speaks_for = relations.spoken_for_by(person) if "speaks_for" in parts else []
    mine, told = me().organization_id, "referred_elsewhere" in parts
    return {
        "doubles": [(row, _other(row, person)) for row in found],
        "merges": [(one, db.session.get_one(Citizen, one.absorbed_id)) for one in merges],
        "near": [(one, relations.other_of(one)) for one in near],
        "speaks_for": [(one, relations.whose(one)) for one in speaks_for],
        "elsewhere": referring.elsewhere(person.id, organization_id=mine) if told else [],
    }


def _other(row: Duplicate, person: Citizen) -> Citizen:
    """The one of the two that is not this person."""
    own = people.ids(person.id)
    number = row.other_id if row.citizen_id in own else row.citizen_id
    return people.head(db.session.get_one(Citizen, number))


def _moments(read: briefing.Read) -> list[dict[str, Any]]:
    """Each contact with its last words and its referrals; as many SELECTs for twenty as for one."""
    contacts = read.contacts[:A_PAGE]
    if not contacts:
        return []
    ids = [contact.id for contact in contacts]
    referrals = referring.told_of(ids) if "referrals" in read.parts else []
    notes = [note for one in ids for note in read.notes.get(one, [])]
    names = kept.names_of({one.agent_id for one in contacts} | {note.author_id for note in notes})
    asked = questions.questions_of(ids) if "questions" in read.parts else []
    topics = dict(kept.topics())
    return [
        {
            "contact": contact,
            "said": read.said.get(contact.id, []),
            "notes": [(names.get(one.author_id, ""), one) for one in read.notes.get(contact.id, [])],
            "referrals": [one for one in referrals if one.contact_id == contact.id],
            "questions": [one for one in asked if one.contact_id == contact.id],
            "agent": names.get(contact.agent_id or 0, ""),
            "topic": topics.get(contact.topic_id or 0, ""),
        }
        for contact in contacts
    ]
