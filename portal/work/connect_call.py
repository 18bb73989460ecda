"""Puts a waiting caller through to the agent who took the call."""

from __future__ import annotations

from twilio.twiml.voice_response import Dial, VoiceResponse

from portal import jobs
from portal.contacts.calling import missed
from portal.contacts.models import Contact
from portal.database import db, locked
from portal.jobs import Job
from portal.staff.models import Staff
from portal.telephony import sending
from portal.work.context import settings

RING_S = 20


def connect_call(job: Job) -> None:
    """Takes the call out of its line and rings the agent's phone. Done twice, the network rings the same phone."""
    contact: Contact = db.session.scalars(
        locked(db.select(Contact).filter_by(id=job.payload["contact"]))
    ).one()
    agent = db.session.get_one(Staff, job.payload["agent"])
    if contact.ended_at or contact.agent_id != agent.id or not contact.provider_ref or not agent.phone:
        jobs.finish(job)
        db.session.commit()
        return
    db.session.commit()
    try:
        sending.redirect_call(settings(), contact.provider_ref, _dial(agent.phone, contact.line))
    except sending.Rejected:
        missed(contact)
    jobs.finish(job)
    db.session.commit()


def _dial(phone: str, line: str) -> str:
    twiml = VoiceResponse()
    action = f"{settings().public_base_url}/telephone/voice/put-through"
    dial = Dial(action=action, method="POST", timeout=RING_S, caller_id=line, answer_on_bridge=True)
    dial.number(phone)
    twiml.append(dial)
    return str(twiml)
