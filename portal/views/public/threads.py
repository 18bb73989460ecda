"""A matter as the number or address that its code was sent to may read it: where it stands, and all that was said.

What was exchanged with somebody else in the same matter is not shown; a matter that was merged into another is read
there, and still only its own part.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from flask import render_template
from flask_babel import gettext
from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased

from portal import clock
from portal.cases import questions, saying
from portal.cases.models import Case, Promise, Question
from portal.cases.opening import kept_by
from portal.cases.references import spoken
from portal.contacts.attachments import ACCEPTED
from portal.contacts.models import Contact, Envelope, Message
from portal.database import db, locked
from portal.directory.models import Organization
from portal.errors import Missing
from portal.staff.models import Staff
from portal.views import here, moments
from portal.views.forms import Form
from portal.views.language import said
from portal.views.public import referred, uploading


@dataclass(frozen=True, slots=True)
class Answer:
    """Something answered that no message says: by word of mouth, or to one of several questions."""

    channel: str
    at: datetime
    answer: str
    question: str = ""


class Thread:
    """What one identifier may read of a case, and of the one that it was merged into."""

    def __init__(self, opened: Case, identifier_id: int) -> None:
        self.opened, self.identifier_id = opened, identifier_id
        self.case = kept_by(opened)

    @property
    def is_whole(self) -> bool:
        """Whether the matter itself is this identifier's, and not only a part of it."""
        return self.case.identifier_id in (None, self.identifier_id)

    @cached_property
    def contacts(self) -> list[Contact]:
        """What was exchanged with this number or address. Nobody else's part is shown."""
        cases = {self.opened.id, self.case.id}
        query = db.select(Contact).where(Contact.case_id.in_(cases))
        return list(
            db.session.scalars(query.filter_by(identifier_id=self.identifier_id).order_by(Contact.id))
        )

    @cached_property
    def page(self) -> moments.Page:
        """The latest of what was said, or the page of it that is asked for."""
        told = db.func.coalesce(Contact.wrapped_up_at, Contact.started_at)
        by_mouth = self._in_these(Contact.id), Contact.answer != "", ~self._is_written()
        apart = self._in_these(Question.contact_id), Question.answer != ""
        return moments.page_of(
            moments.messages(*self._own()),
            moments.places("answer", Contact, told, *by_mouth),
            moments.places("question", Question, Question.at, *apart),
        )

    def _in_these(self, column: Any) -> ColumnElement[bool]:
        found: ColumnElement[bool] = column.in_([one.id for one in self.contacts])
        return found

    def _own(self) -> tuple[ColumnElement[bool], ...]:
        """Which messages are this identifier's: not what another address wrote into the exchange, nor what was
        recalled."""
        other = db.exists().where(Envelope.message_id == Message.id, Envelope.other_address)
        return self._in_these(Message.contact_id), Message.state != "recalled", ~other

    def _is_written(self) -> ColumnElement[bool]:
        """Whether what was answered in an exchange is read in a message already."""
        said = aliased(Message)
        same = said.body == Contact.answer, said.direction == "out", said.state != "recalled"
        found: ColumnElement[bool] = db.exists().where(self._in_these(said.contact_id), *same)
        return found

    def shows(self, message_id: int) -> bool:
        """Whether this message is one that is read here, on whichever page."""
        query = db.select(Message.id).where(Message.id == message_id, *self._own())
        return db.session.scalar(query) is not None

    @property
    def subject(self) -> str:
        own = self.case.subject if self.is_whole else ""
        return own or next((one.subject for one in self.contacts if one.subject), "")

    @property
    def waits_for(self) -> str:
        """What the citizen is to give; of a matter that is somebody else's too, they are written to apart."""
        return self.case.waits_for if self.case.state == "waiting" and self.is_whole else ""

    def last_contact(self) -> Contact:
        """The exchange that goes on, held until the commit."""
        if not self.contacts:
            raise Missing
        held: Contact = db.session.scalars(
            locked(db.select(Contact).filter_by(id=self.contacts[-1].id))
        ).one()
        return held

    def said(self) -> list[Message | Answer]:
        """What is read on this page, in the order of time."""
        messages, by_id = self.page.messages(), {one.id: one for one in self.contacts}
        asked = {one.id: one for one in questions.questions_of(by_id)} if self.page.ids("question") else {}
        found: list[Message | Answer] = []
        for kind, number, at in self.page.places:
            if kind == "message":
                found += [messages[number]]
            elif kind == "answer":
                found += [Answer(by_id[number].channel, at, by_id[number].answer)]
            else:
                one = asked[number]
                found += [Answer(by_id[one.contact_id].channel, at, one.answer, one.text)]
        return found

    def promises(self) -> list[Promise]:
        """What was promised in these exchanges, by its date."""
        ids = [one.id for one in self.contacts]
        query = db.select(Promise).where(Promise.contact_id.in_(ids))
        return list(db.session.scalars(query.order_by(Promise.due_at, Promise.id)))


def page(thread: Thread, form: Form, form_key: str) -> str:
    """The matter, with the form to go on with it."""
    case, passages = thread.case, referred.passages(thread.contacts)
    exchanged = thread.said()
    here.stand_at(case.organization_id)
    told = any(one.silence for one in passages)
    return render_template(
        "public/thread.html",
        case=case,
        thread=thread,
        reference=spoken(thread.opened.reference),
        kept_reference=spoken(case.reference) if case is not thread.opened else "",
        organization=db.session.get_one(Organization, case.organization_id),
        state=_state(case),
        standing=[said(one) for one in saying.standing(case, silence_told=told)],
        passages=passages,
        exchanged=exchanged,
        authors=_names({one.author_id for one in exchanged if isinstance(one, Message)}),
        owner=_names({case.owner_id}).get(case.owner_id or 0, "") if case.owner_id else "",
        now=clock.now(),
        values=form.values,
        errors=form.errors,
        form_key=form_key,
        kept=uploading.listed(form),
        accept=ACCEPTED,
    )


def _state(case: Case) -> str:
    """Where it stands, in plain words."""
    if case.state == "closed":
        return gettext("Votre demande est close.")
    if case.state == "waiting":
        return gettext("Nous attendons quelque chose de vous pour continuer.")
    if case.owner_id is not None:
        return gettext("Un agent s’occupe de votre demande.")
    if case.answered_at is not None:
        return gettext("Nous vous avons répondu. Votre demande reste ouverte.")
    return gettext("Votre demande est arrivée. Un agent va la lire.")


def _names(ids: set[int | None]) -> dict[int, str]:
    """Who answers: a citizen has a right to the name and office of the agent (CRPA L111-2)."""
    staff = db.session.scalars(db.select(Staff).where(Staff.id.in_(ids)))
    return {one.id: ", ".join(part for part in (one.name, one.job_title) if part) for one in staff}
