"""Sends a message of a contact as a text: never lost, and never twice because we did not know."""

from __future__ import annotations

from datetime import timedelta

from portal import clock, jobs
from portal.contacts.answering import advance
from portal.contacts.models import Message
from portal.contacts.texting import STATES, hear_status
from portal.database import db, locked
from portal.jobs import Job
from portal.telephony import events, sending
from portal.work.context import settings

LOOK_BACK = timedelta(minutes=5)  # the network's clock and ours may differ
SETTLE = timedelta(seconds=30)  # a text taken by the network may not be listed at once


def send_text(job: Job) -> None:
    """The intent is committed before the network is asked; found so again, the network is first asked what it did."""
    message: Message = db.session.scalars(
        locked(db.select(Message).filter_by(id=job.payload["message"]))
    ).one()
    ends = _ends(message)
    if message.state == "waiting":
        advance(message, "sending")
        db.session.commit()
        _send(message, ends, job)
    elif message.state in ("sending", "unknown"):
        db.session.commit()
        _reconcile(message, ends, job)
    else:
        jobs.finish(job)
        db.session.commit()


def _send(message: Message, ends: tuple[str, str], job: Job) -> None:
    to, sender = ends
    callback = f"{settings().public_base_url}/telephone/status/message"
    try:
        sid = sending.send_text(settings(), to=to, sender=sender, body=message.body, callback=callback)
    except sending.Rejected as refusal:
        advance(message, "failed", error=str(refusal.code))
    except sending.Busy as busy:
        message.state = "waiting"  # the network said that it did nothing
        jobs.put_back(job, "Busy", until=busy.until)
        db.session.commit()
        return
    except sending.Unsure:
        advance(message, "unknown")
        jobs.put_back(job, "Unsure")
        job.not_before = max(job.not_before, clock.now() + SETTLE)
        db.session.commit()
        return
    else:
        _record(message, sid)
    jobs.finish(job)
    db.session.commit()


def _record(message: Message, sid: str) -> None:
    """The text is out; what the network already told of it, before we knew its id, is heard now."""
    advance(message, "sent", provider_ref=sid)
    db.session.flush()
    for told in events.told([f"message:{sid}:{status}" for status in STATES]):
        hear_status(sid, told.get("MessageStatus", ""), told.get("ErrorCode", ""))


def _reconcile(message: Message, ends: tuple[str, str], job: Job) -> None:
    """Looks for what an interrupted try may have sent; only if the network has nothing is it sent again."""
    to, sender = ends
    if message.state == "sending":  # the worker died: give the network the time to list what it took
        advance(message, "unknown")
        jobs.put_back(job, "Interrupted")
        job.not_before = clock.now() + SETTLE
        db.session.commit()
        return
    try:
        found = sending.find_texts(
            settings(), to=to, sender=sender, body=message.body, since=message.at - LOOK_BACK
        )
    except (sending.Unsure, sending.Busy) as failure:
        jobs.put_back(job, "Unsure", until=getattr(failure, "until", None))
        db.session.commit()
        return
    known = set(db.session.scalars(db.select(Message.provider_ref).where(Message.provider_ref.in_(found))))
    ours = [sid for sid in found if sid not in known]
    if ours:
        _record(message, ours[0])
        jobs.finish(job)
        db.session.commit()
        return
    db.session.commit()
    _send(message, ends, job)


def _ends(message: Message) -> tuple[str, str]:
    """Whom it goes to and where it comes from: read before the commit, which ends what may be read."""
    used = message.contact.identifier
    return (used.value if used else ""), message.contact.line
