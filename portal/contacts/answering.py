"""Taking a contact, replying in it, and wrapping it up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam

from portal import clock, history, jobs
from portal.citizens import access, people
from portal.contacts.models import DISPOSITIONS, Contact, Message, consulted_articles
from portal.contacts.telling import tell_of
from portal.contacts.texts import texting
from portal.database import db, hold, locked
from portal.errors import N_, Refused
from portal.history import Actor, Person
from portal.rights import find_to_read
from portal.staff.teams import sees

FINAL = 3
RANK = {"waiting": 0, "sending": 1, "unknown": 1, "sent": 2}
RANK |= dict.fromkeys(("delivered", "undelivered", "failed", "recalled"), FINAL)
CHECK_AFTER = timedelta(minutes=10)  # the network tells of most texts long before


def find_contact(contact_id: int, *, by: Person) -> Contact:
    """The contact, for staff of its organization who answer people; to anyone else it does not exist. What a protected
    person said, once it is over, opens as their file does: to who answered it, or with a written reason."""
    found = find_to_read(Contact, contact_id, by=by)
    if found.state == "wrapped_up" and found.agent_id != by.id:
        person = found.citizen_id if found.certainty != "denied" else None
        if person is not None:
            _open(person, by)
    return found


def _open(citizen_id: int, by: Person) -> None:
    try:
        access.open_citizen(citizen_id, by=by)
    except access.Protected:
        access.open_citizen(citizen_id, by=by, reason=access.recent_reason(citizen_id, by=by))


def hold_contact(contact_id: int, *, by: Person) -> Contact:
    """As `find_contact`, held until the commit: for whoever is about to change it."""
    find_contact(contact_id, by=by)
    contact: Contact = db.session.scalars(locked(db.select(Contact).filter_by(id=contact_id))).one()
    return contact


def take(contact: Contact, *, by: Person) -> None:
    """The agent has it now. Taking it twice is harmless; another's is refused with who has it. Hold it first."""
    if contact.agent_id == by.id and contact.state == "in_progress":
        return
    if contact.state == "wrapped_up":
        raise Refused(N_("Cet échange est déjà terminé."))
    if contact.agent_id is not None and contact.state == "in_progress":
        raise Refused(N_("Quelqu’un d’autre s’en occupe déjà."))
    contact.agent_id, contact.state = by.id, "in_progress"
    contact.answered_at = contact.answered_at or clock.now()
    history.record("contact.taken", contact, by=by.actor, citizen_id=contact.citizen_id)
    tell_of(contact)


def give_back(contact: Contact, *, by: Person) -> None:
    """Back to those who wait, at its former place: by who has it, or by a supervisor when they are gone."""
    supervised = by.role == "supervisor" and sees(by, contact.agent_id)
    if contact.state != "in_progress" or (contact.agent_id != by.id and not supervised):
        return
    tell_of(contact)
    contact.agent_id, contact.state = None, "waiting" if contact.queue_id else "open"
    history.record("contact.given_back", contact, by=by.actor, citizen_id=contact.citizen_id)


def check_held(contact: Contact, *, by: Person) -> None:
    """Refuses what only whoever has the contact may do. What is wrapped up may be corrected by any colleague."""
    if contact.state == "in_progress" and contact.agent_id != by.id:
        raise Refused(N_("Quelqu’un d’autre s’en occupe déjà."))
    if contact.state in ("open", "waiting"):
        raise Refused(N_("Prenez d’abord cet échange : quelqu’un d’autre pourrait le prendre."))


def jot(contact: Contact, *, note: str, topic_id: int | None, by: Actor) -> None:
    """Keeps what the agent has noted so far, while the exchange goes on."""
    note = note.strip()
    if (contact.note, contact.topic_id) == (note, topic_id):
        return
    contact.note, contact.topic_id = note, topic_id
    history.record("contact.noted", contact, by=by, citizen_id=contact.citizen_id)


def consult(contact: Contact, article_ids: Collection[int], *, by: Actor) -> None:
    """Notes which articles the answer was taken from. Once each."""
    table = consulted_articles
    known = set(db.session.scalars(db.select(table.c.article_id).where(table.c.contact_id == contact.id)))
    for article_id in sorted(set(article_ids) - known):
        db.session.execute(db.insert(table).values(contact_id=contact.id, article_id=article_id))
        details = {"article": article_id}
        history.record("contact.article_used", contact, by=by, citizen_id=contact.citizen_id, details=details)


def reply(
    contact: Contact,
    body: str,
    *,
    channel: str,
    form_key: str | None,
    by: Actor,
    automatic: bool = False,
    purpose: str = "reply",
    now_because: str = "",
) -> Message:
    """Writes a reply and asks for it to be sent (`text`, `email`) or shown on the follow-up page (`web`).

    A text is also for a `purpose`; in quiet hours it waits for the morning, unless the agent says why not.
    """
    known = db.session.scalar(db.select(Message).filter_by(form_key=form_key)) if form_key else None
    if known:
        return known
    if not body.strip():
        raise Refused(N_("Écrivez votre message."), field="body")
    planned: dict[str, Any] = {"state": "delivered" if channel == "web" else "waiting"}
    if channel == "text":
        planned = texting.plan(contact, purpose=purpose, automatic=automatic, now_because=now_because, by=by)
    message = Message(
        contact=contact,
        direction="out",
        channel=channel,
        body=body.strip(),
        author_id=by.id,
        automatic=automatic,
        form_key=form_key,
        **planned,
    )
    db.session.add(message)
    contact.last_message_at = clock.now()
    if not automatic:  # where it had stopped, « Attend une réponse », is past
        contact.step = ""
    db.session.flush()
    _dispatch(message)
    details = {"channel": channel}
    history.record("message.written", message, by=by, citizen_id=contact.citizen_id, details=details)
    tell_of(contact)
    return message


def _dispatch(message: Message) -> None:
    """Asks for it to leave; of what a person put on the follow-up page, for somebody to be told that it is there."""
    work = {"message": message.id}
    if message.state == "waiting":
        key = f"message:{message.id}"
        jobs.enqueue(f"send_{message.channel}", work, dedupe_key=key, not_before=message.held_until)
    elif message.channel == "web" and not message.automatic:
        jobs.enqueue("tell_answered", work, dedupe_key=f"answered:{message.id}")


def advance(message: Message, state: str, *, provider_ref: str | None = None, error: str = "") -> bool:
    """Moves a message forward in its life; never back, and a final state stays. Tells whether it moved."""
    if provider_ref and not message.provider_ref:
        message.provider_ref = provider_ref
    if RANK[message.state] == FINAL or RANK[state] < RANK[message.state]:
        return False
    message.state, message.error = state, error or message.error
    tell_of(message.contact)
    if state == "sent" and message.sent_at is None:
        message.sent_at = clock.now()
        message.check_at = message.sent_at + CHECK_AFTER if message.channel == "text" else None
    if RANK[state] == FINAL:
        message.check_at = None
    return True


def hold_with_address(message: Message) -> None:
    """Holds a message whose end may be told of the number or address that it went to: that one first."""
    for row in (message.contact.identifier, message):
        if row is not None:
            hold(row)


def recall(message: Message, *, by: Actor) -> bool:
    """A message that has not left yet leaves no more; tells whether it was so. Hold it first."""
    if message.state != "waiting":
        return False
    advance(message, "recalled")
    history.record("message.recalled", message, by=by, citizen_id=message.contact.citizen_id)
    return True


def wrap_up(
    contact: Contact, disposition: str, *, note: str, answer: str = "", form_key: str = "", by: Actor
) -> None:
    """Ends the contact: how it ended, what staff must know, what the citizen was answered. Again, it corrects it."""
    if disposition not in DISPOSITIONS:
        raise Refused(N_("Dites comment l’échange s’est terminé."), field="disposition")
    before = contact.disposition
    contact.disposition, contact.note, contact.answer = disposition, note.strip(), answer.strip()
    contact.state = "wrapped_up"
    contact.wrapped_up_at = contact.wrapped_up_at or clock.now()
    details = {"disposition": disposition, "before": before, "form_key": form_key}
    details = {name: value for name, value in details.items() if value}
    history.record("contact.wrapped_up", contact, by=by, citizen_id=contact.citizen_id, details=details)
    tell_of(contact)


def timeline(citizen_id: int, *, by: Person, before: int | None = None, limit: int = 30) -> list[Contact]:
    """The citizen's contacts with the reader's organization, newest first; `before` is the last one already shown."""
    asked = {"organization": by.organization_id, "files": people.ids(citizen_id), "most": limit}
    if before is None:
        return list(db.session.scalars(_newest_first(), asked))
    last = find_contact(before, by=by)
    older = db.tuple_(Contact.started_at, Contact.id) < (last.started_at, last.id)
    return list(db.session.scalars(_newest_first().where(older), asked))


@cache
def _newest_first() -> Select[Contact]:
    """Asked by each page that knows whose contact it is: made once a process."""
    query = db.select(Contact).where(Contact.organization_id == bindparam("organization"))
    query = query.where(Contact.citizen_id.in_(bindparam("files", expanding=True)))
    return query.order_by(Contact.started_at.desc(), Contact.id.desc()).limit(bindparam("most"))
