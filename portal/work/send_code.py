"""Sends a one-time code: at most once. Lost half-way, it is asked for again by the person who waits for it."""

from __future__ import annotations

from portal import clock, jobs
from portal.citizens.models import Code
from portal.contacts.texts.delivery import mark
from portal.contacts.texts.texting import VALIDITY_S
from portal.database import db
from portal.jobs import Job
from portal.mail.sending import Later, NotAccepted, send_letter
from portal.telephony import alerts, numbers
from portal.telephony.senders import sender_for, sends_as
from portal.telephony.sending import Busy, Rejected, Unsure, send_text
from portal.work.context import settings


def send_code(job: Job) -> None:
    """Sends `payload["text"]` to the code's number or address. The text leaves the job before it leaves the house, and
    comes back only where the network says that it did nothing."""
    code, text, sender = (
        db.session.get_one(Code, job.payload["code"]),
        job.payload["text"],
        job.payload["sender"],
    )
    kind, to = code.identifier.kind, code.identifier.value
    job.payload = {"code": code.id}
    jobs.finish(job)
    db.session.commit()
    if not text or code.expires_at <= clock.now():
        return
    try:
        if kind == "email":
            send_letter(settings(), f"code-{code.id}", to=to, subject=text.split(":")[0], body=text)
            db.session.commit()
        elif not numbers.refusal(to):
            name = sends_as(sender_for(sender))
            db.session.commit()
            send_text(settings(), to=to, sender=name, body=text, validity_s=VALIDITY_S["code"])
    except (Later, NotAccepted, Unsure):
        return
    except Busy as busy:
        job.payload = {"code": code.id, "text": text, "sender": sender}
        jobs.put_back(job, "Busy", until=busy.until)
        alerts.alert_if_refused()
        db.session.commit()
    except Rejected as refusal:
        mark(code.identifier, sender, str(refusal.code))
        db.session.commit()
