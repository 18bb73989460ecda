"""Writing first: an exchange that an agent begins, with the reason for it."""

from __future__ import annotations

from portal import clock, history
from portal.citizens.models import Citizen, Identifier
from portal.contacts.answering import reply
from portal.contacts.models import Contact
from portal.database import db
from portal.errors import N_, Refused
from portal.history import Person


def thread_for(
    used: Identifier | None, line: str, citizen: Citizen | None, *, by: Person, language: str
) -> Contact:
    """The exchange that would be begun, kept nowhere: what a composer asks its questions about."""
    return Contact(
        organization_id=by.organization_id,
        channel="text",
        direction="out",
        identifier=used,
        identifier_id=used.id if used else None,
        citizen_id=citizen.id if citizen else None,
        certainty="probable" if citizen else "",
        line=line,
        language=language,
    )


def write_first(
    thread: Contact, body: str, *, reason: str, form_key: str, by: Person, now_because: str = ""
) -> Contact:
    """Begins this exchange with a text; the same form sent twice begins it once.

    Always a thread of its own: what was said before with this number may have been with somebody else. Whose it is
    stays probable until an answer shows it.
    """
    known = db.session.scalar(db.select(Contact).filter_by(form_key=form_key))
    if known is not None:
        return known
    if not reason.strip():
        raise Refused(N_("Dites pourquoi vous écrivez : les collègues le liront."), field="reason")
    thread.subject, thread.form_key = reason.strip()[:200], form_key
    thread.state, thread.agent_id, thread.answered_at = "in_progress", by.id, clock.now()
    db.session.add(thread)
    db.session.flush()
    details = {"channel": "text", "reason": thread.subject}
    history.record("contact.begun", thread, by=by.actor, citizen_id=thread.citizen_id, details=details)
    key = f"{form_key}-text"
    reply(thread, body, channel="text", form_key=key, by=by.actor, now_because=now_because)
    return thread
