"""Ends an offer whose end nobody told us: what the network tells may be lost."""

from __future__ import annotations

from portal import clock, jobs
from portal.database import db
from portal.desk import offering
from portal.desk.matching import MARGIN
from portal.jobs import Job


def expire_offer(job: Job) -> None:
    """Missed, if it still rings past its time; prolonged meanwhile, it is looked at again after its new time."""
    offer = offering.find(job.payload["offer"])
    # most are over, and the desk need not be held to know it
    if offer is not None and offer.state == "ringing":
        offer = offering.hold_offer(offer.id)
    if offer is not None and offer.state == "ringing":
        if offer.expires_at + MARGIN > clock.now():
            jobs.enqueue("expire_offer", {"offer": offer.id}, not_before=offer.expires_at + MARGIN)
        else:
            offering.expire(offer)
    jobs.finish(job)
    db.session.commit()
