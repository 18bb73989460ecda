"""A citizen's file: what to know first, then the timeline across channels."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for

from portal.cases import questions
from portal.citizens import access, doubles, merging, people, relations
from portal.citizens.models import Citizen, Duplicate
from portal.contacts import answering
from portal.contacts.models import Contact
from portal.database import db
from portal.referrals.following import referring
from portal.staff.managing import names_of
from portal.views.console.contact import page as contact_page
from portal.views.console.door import agents, bp, may_read, me, note_reading, refusals_shown
from portal.views.console.people import briefing
from portal.views.forms import Form

A_PAGE = 20


@bp.get("/citizens/<int:citizen_id>")
@agents
def citizen(citizen_id: int) -> Any:
    person = open_file(citizen_id)
    if person.id != citizen_id:  # merged into another file
        return redirect(url_for("console.citizen", citizen_id=person.id))
    answer = render_template("console/people/citizen.html", **_file(person))
    if may_read(person):  # a written reason was itself noted as the reading
        note_reading(person.id)
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


def _file(person: Citizen) -> dict[str, Any]:
    """The file at the page of the timeline that is asked for."""
    before = request.args.get("before", type=int)
    contacts = answering.timeline(person.id, by=me(), before=before, limit=A_PAGE + 1)
    shown, more = contacts[:A_PAGE], len(contacts) > A_PAGE
    return {
        "brief": briefing.brief(person, latest=contacts if before is None else None),
        "doubles": [(row, _other(row, person)) for row in doubles.doubles_of(person)],
        "merges": merging.merges_of(person),
        "links": briefing.links_of(person),
        "near": [(one, relations.other_of(one)) for one in relations.around(person)],
        "speaks_for": [(one, relations.whose(one)) for one in relations.spoken_for_by(person)],
        "moments": _moments(shown),
        "first_page": before is None,
        "older": shown[-1].id if more else None,
        "elsewhere": referring.elsewhere(person.id, organization_id=me().organization_id),
    }


def _other(row: Duplicate, person: Citizen) -> Citizen:
    """The one of the two that is not this person."""
    own = people.ids(person.id)
    number = row.other_id if row.citizen_id in own else row.citizen_id
    return people.head(db.session.get_one(Citizen, number))


def _moments(contacts: list[Contact]) -> list[dict[str, Any]]:
    """Each contact with its last words and its referrals; as many SELECTs for twenty as for one."""
    if not contacts:
        return []
    ids = [contact.id for contact in contacts]
    said = briefing.last_words(ids)
    referrals = referring.referrals_of(ids)
    names = names_of({contact.agent_id for contact in contacts})
    asked = questions.questions_of(ids)
    topics = dict(contact_page.topic_options())
    return [
        {
            "contact": contact,
            "said": said.get(contact.id, []),
            "referrals": [one for one in referrals if one.contact_id == contact.id],
            "questions": [one for one in asked if one.contact_id == contact.id],
            "agent": names.get(contact.agent_id or 0, ""),
            "topic": topics.get(contact.topic_id or 0, ""),
        }
        for contact in contacts
    ]
