"""Rings the agent to whom a place in line was offered."""

from __future__ import annotations

from twilio.twiml.voice_response import VoiceResponse

from portal import jobs
from portal.contacts.calls import legs
from portal.contacts.models import Contact, Leg
from portal.database import db
from portal.desk import offering, talking
from portal.desk.models import Offer
from portal.jobs import Job
from portal.staff.models import Staff
from portal.telephony import events, sending
from portal.work.context import settings


def connect_call(job: Job) -> None:
    """The caller is taken out of line, and the network asks our door whom to ring; unless it has asked already.
    For a call-back, the agent is called first."""
    offer = offering.find(job.payload["offer"])
    if offer is not None and offer.place.kind == "call_back":
        offer = offering.hold_offer(offer.id)
    if offer is None or offer.state != "ringing" or events.told([f"dialled:{offer.id}"]):
        jobs.finish(job)
        db.session.commit()
        return
    contact = offer.contact
    if offer.place.kind == "call_back" or not contact.provider_ref:
        _call_agent(offer)
        jobs.finish(job)
        db.session.commit()
        return
    db.session.commit()
    _take_out_of_line(contact, contact.provider_ref, offer.id)
    jobs.finish(job)
    db.session.commit()


def _take_out_of_line(contact: Contact, call_ref: str, offer_id: int) -> None:
    try:
        sending.redirect_call(settings(), call_ref, ask(f"connect?offer={offer_id}"))
    except sending.Rejected:  # the network knows of no such call any more
        offer = offering.hold_offer(offer_id)
        if offer is not None and offer.state == "ringing":
            talking.hang_up(contact, "completed")


def ask(door: str) -> str:
    """The document that has a telephone ask this door of ours what to do."""
    twiml = VoiceResponse()
    twiml.redirect(f"{settings().public_base_url}/telephone/voice/{door}", method="POST")
    return str(twiml)


def _call_agent(offer: Offer) -> None:
    planned = db.select(Leg.id).filter_by(contact_id=offer.contact_id, offer_id=offer.id, role="agent")
    if db.session.scalar(planned.limit(1)) is None:
        agent = db.session.get_one(Staff, offer.staff_id)
        about = {"staff_id": agent.id, "offer_id": offer.id, "label": agent.name, "purpose": "call_back"}
        legs.plan(offer.contact, "agent", agent.phone, **about)
