"""Each exchange becomes one contact, however often the network or a browser says it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal import clock, history
from portal.citizens import people, sighting
from portal.citizens.identifying import identify
from portal.citizens.models import Citizen, Identifier
from portal.contacts.models import CHANNELS, Contact, Message
from portal.contacts.telling import tell_of
from portal.database import db, insert, locked
from portal.directory.models import Service
from portal.errors import N_, Refused
from portal.history import Actor

THREAD_SILENCE = timedelta(hours=72)


def record_call(
    provider_ref: str, used: Identifier | None, *, organization_id: int, line: str, language: str = "fr"
) -> tuple[Contact, bool]:
    """The contact of this call, and whether it is new: the same call told twice is one contact."""
    return _once(
        Contact.provider_ref,
        provider_ref,
        channel="phone",
        identifier_id=used.id if used else None,
        organization_id=organization_id,
        line=line,
        language=language,
        **_probably(used),
    )


def receive_text(
    provider_ref: str,
    used: Identifier | None,
    body: str,
    *,
    organization_id: int,
    line: str,
    language: str = "fr",
) -> tuple[Message, bool]:
    """The message of this text, in the open thread of its number and line or a new one; and whether it is new.

    A hidden number has no thread: each of its texts is a contact.
    """
    if used is not None:  # two first texts at once: one thread
        db.session.scalar(locked(db.select(Identifier).filter_by(id=used.id)))
        used.text_error = ""  # whoever writes texts can read them
    known = db.session.scalar(db.select(Message).filter_by(provider_ref=provider_ref))
    if known:
        return known, False
    thread = open_thread(used, line) if used is not None else None
    if thread is not None:
        return add_message(thread, body, provider_ref=provider_ref), True
    thread = Contact(
        channel="text",
        identifier=used,
        organization_id=organization_id,
        line=line,
        language=language,
        subject=_first_words(body),
        **_probably(used),
    )
    message = add_message(thread, body, provider_ref=provider_ref)
    _note_begun(thread, history.CITIZEN)
    return message, True


def open_thread(used: Identifier, line: str) -> Contact | None:
    """The text thread of this number and line that is still open, held until the commit: not wrapped up, silent for
    less than 72 hours."""
    query = db.select(Contact).filter_by(identifier_id=used.id, line=line, channel="text")
    recent = Contact.last_message_at > clock.now() - THREAD_SILENCE
    query = query.where(Contact.state != "wrapped_up", recent).order_by(Contact.id.desc()).limit(1)
    found: Contact | None = db.session.scalar(locked(query))
    return found


def record_request(
    form_key: str,
    used: Identifier,
    *,
    subject: str,
    body: str,
    organization_id: int,
    language: str,
    **more: Any,
) -> tuple[Contact, bool]:
    """A web request, with its message; sent twice with the same form key it is one. `more`: line, topic_id, commune."""
    if not subject.strip():
        raise Refused(N_("Dites en quelques mots de quoi il s’agit."), field="subject")
    if not body.strip():
        raise Refused(N_("Écrivez votre message."), field="body")
    contact, new = _once(
        Contact.form_key,
        form_key,
        channel="web",
        identifier_id=used.id,
        organization_id=organization_id,
        subject=subject.strip()[:200],
        language=language,
        **_probably(used),
        **more,
    )
    if new:
        add_message(contact, body)
    return contact, new


def record_by_hand(
    form_key: str, channel: str, citizen: Citizen | None, *, organization_id: int, by: Actor, **more: Any
) -> tuple[Contact, bool]:
    """A contact entered by an agent (another telephone, the counter, a letter). `more`: subject, topic_id, language."""
    if channel not in CHANNELS:
        raise Refused(N_("Choisissez une des réponses proposées."), field="channel")
    known = {"citizen_id": people.head(citizen).id, "certainty": "confirmed"} if citizen else {}
    values = {"organization_id": organization_id, "state": "in_progress", "agent_id": by.id, **known, **more}
    return _once(Contact.form_key, form_key, actor=by, channel=channel, answered_at=clock.now(), **values)


def begin(channel: str, used: Identifier | None, **values: Any) -> Contact:
    """A contact without its words yet. What keeps it from being begun twice is its caller's."""
    contact = Contact(channel=channel, identifier_id=used.id if used else None, **values, **_probably(used))
    db.session.add(contact)
    _note_begun(contact, history.CITIZEN)
    return contact


def add_message(
    contact: Contact, body: str, *, provider_ref: str | None = None, form_key: str | None = None
) -> Message:
    """What the citizen wrote, added to its contact, which is open again if it was wrapped up.

    The same form sent twice is one message: hold the contact first.
    """
    known = db.session.scalar(db.select(Message).filter_by(form_key=form_key)) if form_key else None
    if known:
        return known
    if not body.strip() and provider_ref is None:
        raise Refused(N_("Écrivez votre message."), field="body")
    message = Message(
        contact=contact,
        direction="in",
        channel=contact.channel,
        body=body,
        state="received",
        provider_ref=provider_ref,
        form_key=form_key,
    )
    db.session.add(message)
    contact.last_message_at = clock.now()
    reopen(contact)
    db.session.flush()
    _look_through(contact, [message])
    tell_of(contact)
    return message


def reopen(contact: Contact, *, by: Actor = history.CITIZEN) -> None:
    """What was wrapped up waits for an answer again: the citizen wrote, or says that it is not solved."""
    if contact.state == "wrapped_up":
        contact.state, contact.wrapped_up_at, contact.agent_id = "open", None, None
        history.record("contact.reopened", contact, by=by, citizen_id=contact.citizen_id)


def attribute(contact: Contact, citizen: Citizen, *, certainty: str, by: Actor) -> None:
    """Says whose contact this is. Attributing it again to the same person with no more certainty does nothing; it stays
    in the file of theirs that it is in."""
    person = people.head(citizen)
    known = contact.citizen_id is not None and people.head_id(contact.citizen_id) == person.id
    if known and contact.certainty in (certainty, "confirmed"):
        return
    was = contact.citizen_id
    contact.citizen_id, contact.certainty = contact.citizen_id if known else person.id, certainty
    details = {"certainty": certainty, "was": was}
    history.record("contact.attributed", contact, by=by, citizen_id=contact.citizen_id, details=details)
    _look_through(contact, [one for one in contact.messages if one.direction == "in"])
    tell_of(contact)


def deny(contact: Contact, *, by: Actor) -> None:
    """Says that this is not the person it was thought to be. Nobody is guessed again: an agent says who it is."""
    if contact.certainty == "denied":
        return
    details = {"was": contact.citizen_id}
    history.record("contact.denied", contact, by=by, citizen_id=contact.citizen_id, details=details)
    contact.citizen_id, contact.certainty = None, "denied"
    tell_of(contact)


def _once(column: Any, key: str, *, actor: Actor = history.CITIZEN, **values: Any) -> tuple[Contact, bool]:
    """The contact with this key, written now if nobody has: two at the same instant make one."""
    statement = insert(Contact).values({column.key: key, **values})
    statement = statement.on_conflict_do_nothing(index_elements=[column.key])
    contact: Contact | None = db.session.scalar(statement.returning(Contact))
    if contact is None:
        return db.session.scalars(db.select(Contact).where(column == key)).one(), False
    _note_begun(contact, actor)
    return contact, True


def _note_begun(contact: Contact, by: Actor) -> None:
    details = {"channel": contact.channel}
    history.record("contact.begun", contact, by=by, citizen_id=contact.citizen_id, details=details)
    tell_of(contact)


def _probably(used: Identifier | None) -> dict[str, Any]:
    """A number that one person is known to use is probably that person; an agent or a code confirms it."""
    found = identify(used)
    return {"citizen_id": found.citizens[0].id, "certainty": "probable"} if found.match == "one" else {}


def _look_through(contact: Contact, messages: list[Message]) -> None:
    """Numbers and addresses that a person we are sure of wrote are guessed to be theirs; a service's are not."""
    citizen = db.session.get(Citizen, contact.citizen_id) if contact.citizen_id else None
    if citizen is None or contact.certainty != "confirmed" or contact.channel == "phone":
        return
    for message in messages:
        if not any(c in message.body for c in "@0123456789"):
            continue
        seen = {one.value for one in sighting.sightings(message.body)}
        services = db.select(Service.phone).where(Service.phone.in_(seen))
        services = services.union(db.select(Service.email).where(Service.email.in_(seen)))
        ours = {contact.line, *db.session.scalars(services)}
        sighting.note(message.body, citizen, written_on=clock.local_day(message.at), ignoring=ours)


def _first_words(body: str) -> str:
    return " ".join(body.split())[:80]
