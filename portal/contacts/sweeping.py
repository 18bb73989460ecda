"""Texts that nobody is busy with any more, and calls that nobody told us the end of: what a sweeper finds, and what it
may do without sending twice."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal import clock, jobs
from portal.contacts.answering import CHECK_AFTER
from portal.contacts.models import CALL_GOES_ON, GOING_ON, Contact, Leg, Message
from portal.database import db
from portal.jobs import Job

UNSENT_AFTER = timedelta(seconds=60)
UNKNOWN_AFTER = timedelta(minutes=30)  # by then each try has been made, or a person must look
MOST_CHECKS = 9  # the last one over three days after the text left
BATCH = 50


def ask_again_for_unsent() -> int:
    """Texts that are not out and that no job will send: asked for anew. What may have left is looked for first."""
    key = db.literal("message:") + db.cast(Message.id, db.String)
    busy = db.select(Job.id).where(Job.dedupe_key == key, Job.state != "done")
    since = clock.now() - UNSENT_AFTER
    query = db.select(Message.id).where(
        Message.direction == "out",
        Message.channel == "text",
        Message.state.in_(("waiting", "sending", "unknown")),
        Message.at < since,
        Message.held_until.is_(None) | (Message.held_until < since),
        ~db.exists(busy),
    )
    found = list(db.session.scalars(query.limit(BATCH)))
    slot = int(clock.now().timestamp() // 600)  # asked for once in ten minutes, however many sweep
    for message_id in found:
        jobs.enqueue("send_text", {"message": message_id}, dedupe_key=f"message:{message_id}:{slot}")
    return len(found)


def take_to_check() -> list[tuple[int, str]]:
    """Texts without a final state whose turn it is: (message, the network's id). One sweeper takes each."""
    query = db.select(Message).where(Message.check_at <= clock.now()).order_by(Message.check_at).limit(BATCH)
    taken = list(db.session.scalars(query.with_for_update(skip_locked=True)))
    for message in taken:
        message.checks += 1
        pause = CHECK_AFTER * 2**message.checks
        message.check_at = clock.now() + pause if message.checks < MOST_CHECKS else None
    return [(message.id, message.provider_ref) for message in taken if message.provider_ref]


def unknown(organization_id: int) -> list[Message]:
    """Texts of which nobody knows whether they left, for too long."""
    since = clock.now() - UNKNOWN_AFTER
    query = db.select(Message).where(Message.state.in_(("sending", "unknown")), Message.at < since)
    query = query.join(Contact).where(Contact.organization_id == organization_id)
    return list(db.session.scalars(query.order_by(Message.at).limit(200)))


def calls_going_on(since: datetime) -> list[str]:
    """The network's ids of the telephones that are in a call since before then, and of the calls that were put through
    to nobody: for all that we were told. The citizen's telephone comes first, whose end ends the call."""
    theirs = db.select(Leg.provider_ref).where(GOING_ON, Leg.provider_ref.is_not(None), Leg.at < since)
    talks = db.exists().where(Leg.contact_id == Contact.id, GOING_ON, Leg.provider_ref.is_not(None))
    alone = db.select(Contact.provider_ref).where(CALL_GOES_ON, Contact.started_at < since, ~talks)
    found = [*db.session.scalars(theirs.order_by(Leg.id)), *db.session.scalars(alone.order_by(Contact.id))]
    return [ref for ref in found if ref]
