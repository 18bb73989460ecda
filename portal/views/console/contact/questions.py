"""The questions of a contact, added while talking."""

from __future__ import annotations

from typing import Any

from flask import flash, request

from portal.cases import questions
from portal.contacts import answering
from portal.contacts.models import Contact
from portal.database import db
from portal.views.console.contact import page, questions_form
from portal.views.console.door import agents, bp, me, refusals_shown
from portal.views.forms import Form


@bp.post("/contacts/<int:contact_id>/questions")
@agents
def ask_question(contact_id: int) -> Any:
    """Keeps the questions as they stand, one more, and opens a case for one if asked; what else is typed stays."""
    found, form = answering.hold_contact(contact_id, by=me()), Form(request.form)
    with refusals_shown(form):
        answering.check_held(found, by=me())
        questions_form.keep(found, form)
        _open_case(found, form)
        page.jot(found, form)
        form.refuse_unread()
    if not form.valid:
        return page.show(answering.find_contact(contact_id, by=me()), form), 422
    db.session.commit()
    for part in questions_form.PARTS:
        form.values.pop(f"{questions_form.NEW}{part}", None)
    return page.show(found, form)


def _open_case(contact: Contact, form: Form) -> None:
    question_id = form.number("own_case")
    if question_id is not None:
        questions.open_its_case(questions.find_question(contact, question_id), by=me())
        flash("Une affaire est ouverte pour cette question : donnez sa référence à la personne.")
