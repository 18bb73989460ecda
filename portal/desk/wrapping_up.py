"""The wrap-up: how an exchange ended, what was answered and promised, in one act that may be sent twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal import history
from portal.cases import keeping, opening
from portal.cases.due import clocks
from portal.cases.models import Case
from portal.contacts import answering
from portal.contacts.models import Contact
from portal.database import db
from portal.desk import presence
from portal.errors import N_, Refused
from portal.history import Person

ANSWERED = ("answered", "referred", "promise_made", "transferred")  # somebody spoke or wrote to the citizen


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the wrap-up form says. `note` is for staff, `answer` for the citizen."""

    disposition: str
    topic_id: int | None = None
    note: str = ""
    answer: str = ""
    promise: str = ""
    due_at: datetime | None = None
    close: bool = False


def wrap_up(contact: Contact, outcome: Outcome, *, form_key: str, by: Person) -> bool:
    """Ends the contact so. False if this very form had already been sent: nothing is done again.

    A promise opens a matter if there was none: the citizen has a reference to ask after it. Hold the contact first.
    """
    if any(event.details.get("form_key") == form_key for event in history.of(contact)):
        return False
    answering.check_held(contact, by=by)
    contact.topic_id = outcome.topic_id
    answering.wrap_up(
        contact, outcome.disposition, note=outcome.note, answer=outcome.answer, form_key=form_key, by=by.actor
    )
    if outcome.promise.strip():
        _promise(contact, outcome, by)
    if outcome.disposition in ANSWERED or outcome.answer.strip():
        keeping.answered_in(contact, by=by.actor, aloud=contact.channel in clocks.ALOUD)
    if outcome.close and contact.case_id:
        opening.close_case(db.session.get_one(Case, contact.case_id), by=by.actor)
    presence.wrapped_up(contact, by.id)
    return True


def _promise(contact: Contact, outcome: Outcome, by: Person) -> None:
    if outcome.due_at is None:
        raise Refused(N_("Dites pour quel jour c’est promis."), field="due")
    opening.open_case(contact, by=by.actor)
    opening.promise(contact, outcome.promise, outcome.due_at, by=by.actor)
