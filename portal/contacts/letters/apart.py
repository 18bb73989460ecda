"""Letters of programs and lists that belong to no exchange of ours: newsletters, absences, notices.

They are kept like any letter, but open no matter and no deadline by themselves. They wait in a list of their own until
a person has looked: what somebody wrote after all is answered then as if it had come by itself.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import contains_eager, joinedload

from portal import history
from portal.contacts.answering import wrap_up
from portal.contacts.models import Contact, Message
from portal.contacts.recording import reopen
from portal.contacts.telling import tell_of
from portal.database import db
from portal.history import Actor, Person
from portal.mail.models import IncomingLetter

STEP = "Lettre automatique ou d’information"
TO_SEE, SEEN = "apart", "read"


def is_apart(contact: Contact) -> bool:
    """Whether nothing but such letters is in it: any other that comes opens a matter. What an agent ended was theirs,
    even where it left its matter since."""
    ended = contact.channel == "email" and contact.direction == "in" and contact.state == "wrapped_up"
    return ended and contact.case_id is None and contact.agent_id is None


def set_apart(contact: Contact) -> None:
    """Nobody waits for an answer to it. Twice is once."""
    if contact.state != "wrapped_up":
        contact.step = contact.step or STEP
        wrap_up(contact, "no_answer_needed", note="", by=history.SYSTEM)


def to_see(by: Person, *, before: int | None = None, limit: int) -> list[tuple[int, Message]]:
    """The letters set apart that nobody has looked at yet, the newest first, each under its number."""
    query = db.select(IncomingLetter.id, Message).join(Message, Message.id == IncomingLetter.message_id)
    query = query.join(Message.contact).where(*_waiting(by.organization_id))
    query = query.options(contains_eager(Message.contact).joinedload(Contact.citizen))
    query = query.options(joinedload(Message.envelope)).order_by(IncomingLetter.id.desc()).limit(limit)
    rows: list[Any] = list(
        db.session.execute(query if before is None else query.where(IncomingLetter.id < before))
    )
    return [(number, message) for number, message in rows]


def count_to_see(organization_id: int) -> int:
    query = db.select(db.func.count()).select_from(IncomingLetter)
    query = query.join(Message, Message.id == IncomingLetter.message_id).join(Message.contact)
    return db.session.scalar(query.where(*_waiting(organization_id))) or 0


def look_at(contact: Contact, *, by: Actor) -> bool:
    """Somebody has read it, or will in its matter; whether nobody had. Hold it first."""
    theirs = db.select(Message.id).where(Message.contact_id == contact.id)
    query = db.update(IncomingLetter).where(
        IncomingLetter.state == TO_SEE, IncomingLetter.message_id.in_(theirs)
    )
    seen = db.session.scalars(query.values(state=SEEN).returning(IncomingLetter.id)).all()
    if seen:
        history.record("contact.looked_at", contact, by=by, citizen_id=contact.citizen_id)
        tell_of(contact)
    return bool(seen)


def take_out(contact: Contact, *, by: Actor) -> None:
    """A person waits for an answer after all: it is open, like any letter that came. Hold it first."""
    look_at(contact, by=by)
    contact.step = "" if contact.step == STEP else contact.step
    reopen(contact, by=by)


def _waiting(organization_id: int) -> tuple[Any, ...]:
    return IncomingLetter.state == TO_SEE, Contact.organization_id == organization_id
