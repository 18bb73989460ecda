"""Asks the network about telephones whose end nobody told us: a lost word must not keep an agent busy for ever."""

from __future__ import annotations

from datetime import timedelta

from portal import clock, jobs
from portal.contacts import legs
from portal.contacts.models import Leg
from portal.database import db
from portal.desk import talking
from portal.jobs import Job
from portal.telephony import sending
from portal.work.context import settings

EVERY = timedelta(minutes=2)
QUIET = timedelta(minutes=2)  # a call so young is still told of
MOST = 200
GONE = "completed"  # what a call is that the network does not know any more


def sweep_calls(job: Job) -> None:
    """The next sweep is asked for first, so that one that fails ends nothing. What the network answers is heard as its
    own word would be; the citizen's telephone first, whose end ends the call."""
    jobs.go_on(job.kind, every=EVERY)
    query = db.select(Leg.provider_ref).where(
        Leg.state.not_in(legs.OVER), Leg.provider_ref.is_not(None), Leg.at < clock.now() - QUIET
    )
    going_on = list(db.session.scalars(query.order_by(Leg.id).limit(MOST)))
    jobs.finish(job)
    db.session.commit()
    for ref in going_on:
        try:
            state = sending.call_state(settings(), ref)
        except (sending.Busy, sending.Unsure):
            return  # the others have their next turn already
        except sending.Rejected:
            state = GONE
        if legs.STATES.get(state) in legs.OVER:
            talking.hear(legs.hold_contact(ref), ref, state)
        db.session.commit()
