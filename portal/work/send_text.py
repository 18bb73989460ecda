"""Sends a message of a contact as a text: never lost, and never twice because we did not know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from portal import clock, jobs
from portal.citizens import consents
from portal.contacts.answering import advance, hold_with_address
from portal.contacts.models import Message
from portal.contacts.texts.delivery import record_sent, refuse
from portal.contacts.texts.texting import VALIDITY_S, texts_from
from portal.database import db, hold
from portal.jobs import Job
from portal.telephony import alerts, outcomes, sending
from portal.telephony.senders import sender_for, sends_as
from portal.work.context import settings

LOOK_BACK = timedelta(minutes=5)  # the network's clock and ours may differ
SETTLE = timedelta(seconds=30)  # a text taken by the network may not be listed at once


@dataclass(frozen=True, slots=True)
class Ends:
    """Whom it goes to and who it comes from: read before the commit, which ends what may be read."""

    to: str
    sender: str


def send_text(job: Job) -> None:
    """The intent is committed before the network is asked; found so again, the network is first asked what it did."""
    message = db.session.get_one(Message, job.payload["message"], populate_existing=True)
    ends, stopped = _ends(message), _has_stopped(message)
    if stopped:
        hold_with_address(message)
    else:
        hold(message)
    if message.state == "waiting" and stopped:
        refuse(message, "unsent")
    elif message.state == "waiting":
        advance(message, "sending")
        db.session.commit()
        _send(message, ends, job)
        return
    elif message.state in ("sending", "unknown"):
        db.session.commit()
        _reconcile(message, ends, job)
        return
    jobs.finish(job)
    db.session.commit()


def _send(message: Message, ends: Ends, job: Job) -> None:
    callback = f"{settings().public_base_url}/telephone/status/message"
    validity_s = VALIDITY_S.get(message.purpose, sending.VALIDITY_S)
    try:
        sid = sending.send_text(
            settings(),
            to=ends.to,
            sender=ends.sender,
            body=message.body,
            callback=callback,
            validity_s=validity_s,
        )
    except sending.Rejected as refusal:
        if _wait(message, str(refusal.code), job):
            return
        refuse(message, str(refusal.code))
    except sending.Busy as busy:
        message.state = "waiting"  # the network said that it did nothing
        jobs.put_back(job, "Busy", until=busy.until)
        alerts.alert_if_refused()
        db.session.commit()
        return
    except sending.Unsure:
        advance(message, "unknown")
        jobs.put_back(job, "Unsure")
        job.not_before = max(job.not_before, clock.now() + SETTLE)
        db.session.commit()
        return
    else:
        record_sent(message, sid)
    jobs.finish(job)
    db.session.commit()


def _wait(message: Message, code: str, job: Job) -> bool:
    """Whether the network refused for now only: the same job again, later."""
    found = outcomes.outcome(code)
    if "wait" not in found.follows:
        return False
    message.state = "waiting"
    jobs.put_back(job, code)
    if "alert" in found.follows:
        alerts.alert(f"text_error:{code}", outcomes.for_administrators(code))
    db.session.commit()
    return True


def _reconcile(message: Message, ends: Ends, job: Job) -> None:
    """Looks for what an interrupted try may have sent; only if the network has nothing is it sent again."""
    if message.state == "sending":  # the worker died: give the network the time to list what it took
        advance(message, "unknown")
        jobs.put_back(job, "Interrupted")
        job.not_before = clock.now() + SETTLE
        db.session.commit()
        return
    try:
        found = sending.find_texts(
            settings(), to=ends.to, sender=ends.sender, body=message.body, since=message.at - LOOK_BACK
        )
    except sending.Busy as busy:
        jobs.put_back(job, "Busy", until=busy.until)
        db.session.commit()
        return
    except sending.Unsure:
        jobs.put_back(job, "Unsure")
        db.session.commit()
        return
    known = set(db.session.scalars(db.select(Message.provider_ref).where(Message.provider_ref.in_(found))))
    ours = [sid for sid in found if sid not in known]
    if ours:
        record_sent(message, ours[0])
        jobs.finish(job)
        db.session.commit()
        return
    if not _is_still_unknown(message):
        jobs.finish(job)
        db.session.commit()
        return
    advance(message, "sending")  # killed from here on, it is looked for again before anything is sent
    db.session.commit()
    _send(message, ends, job)


def _is_still_unknown(message: Message) -> bool:
    """Whether nobody else has found it, or sends it again, since it was read: held from now on."""
    db.session.refresh(message, with_for_update={"key_share": True})
    return message.state == "unknown"


def _ends(message: Message) -> Ends:
    used = message.contact.identifier
    return Ends(used.value if used else "", sends_as(sender_for(texts_from(message.contact))))


def _has_stopped(message: Message) -> bool:
    """Whether STOP came in since this was written: held until the morning, it must not leave all the same."""
    used = message.contact.identifier
    stopped = used is not None and consents.stopped(used, texts_from(message.contact)) is not None
    return stopped and message.purpose != "consent"
