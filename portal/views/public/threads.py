"""A matter as the number or address that its code was sent to may read it: where it stands, and all that was said.

What was exchanged with somebody else in the same matter is not shown; a matter that was merged into another is read
there, and still only its own part.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from flask import render_template
from flask_babel import gettext

from portal import clock
from portal.cases import saying
from portal.cases.models import Case, Promise, Question
from portal.cases.opening import kept_by
from portal.cases.references import spoken
from portal.contacts.attachments import ACCEPTED
from portal.contacts.letters import corresponding
from portal.contacts.models import Contact, Message
from portal.database import db, locked
from portal.directory.models import Organization
from portal.errors import Missing
from portal.staff.models import Staff
from portal.views import here
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
    def messages(self) -> list[Message]:
        """What was said, in its order; but not what another address wrote into the exchange, nor what was recalled."""
        found = corresponding.read_whole(*(contact.id for contact in self.contacts))
        own = (one for one in found if one.envelope is None or not one.envelope.other_address)
        return sorted((one for one in own if one.state != "recalled"), key=lambda one: one.at)

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

    def answers(self) -> list[Answer]:
        """What was answered and stands in no message, and the questions of one exchange apart."""
        written = {one.body for one in self.messages if one.direction == "out"}
        by_mouth = [
            Answer(one.channel, one.wrapped_up_at or one.started_at, one.answer)
            for one in self.contacts
            if one.answer and one.answer not in written
        ]
        by_id = {one.id: one for one in self.contacts}
        query = db.select(Question).where(Question.contact_id.in_(by_id), Question.answer != "")
        asked = db.session.scalars(query.order_by(Question.id))
        apart = [Answer(by_id[one.contact_id].channel, one.at, one.answer, one.text) for one in asked]
        return sorted((*by_mouth, *apart), key=lambda one: one.at)

    def promises(self) -> list[Promise]:
        """What was promised in these exchanges, by its date."""
        ids = [one.id for one in self.contacts]
        query = db.select(Promise).where(Promise.contact_id.in_(ids))
        return list(db.session.scalars(query.order_by(Promise.due_at, Promise.id)))


def page(thread: Thread, form: Form, form_key: str) -> str:
    """The matter, with the form to go on with it."""
    case, passages = thread.case, referred.passages(thread.contacts)
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
        authors=_names({one.author_id for one in thread.messages if one.author_id}),
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
