"""Has one telephone of a call go where it is wanted now."""

from __future__ import annotations

from portal import jobs
from portal.contacts.calls import legs
from portal.database import db
from portal.jobs import Job
from portal.telephony import sending
from portal.work.connect_call import ask
from portal.work.context import settings


def move_leg(job: Job) -> None:
    """The network asks our door for what that telephone must do; one that still rings is called off."""
    leg = legs.hold(job.payload["leg"])
    db.session.commit()
    wanted = leg is not None and leg.state not in legs.OVER and leg.seat == job.payload["seat"]
    if leg is not None and wanted and leg.provider_ref:
        try:
            if leg.state != "answered":
                sending.hang_up(settings(), leg.provider_ref)
            else:
                sending.redirect_call(settings(), leg.provider_ref, ask(f"seat?leg={leg.id}"))
        except sending.Rejected:  # it was hung up meanwhile: the network tells us so, or has already
            pass
    jobs.finish(job)
    db.session.commit()
