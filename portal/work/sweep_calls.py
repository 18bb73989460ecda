"""Asks the network about calls whose end nobody told us: a lost word must keep neither an agent nor a place in line.

So an end is known two minutes after it at the latest, once the network answers, whatever became of its word.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from portal import clock, jobs
from portal.contacts.calls import legs
from portal.contacts.sweeping import calls_going_on
from portal.database import db
from portal.desk import talking
from portal.jobs import Job
from portal.telephony import sending
from portal.work.context import settings
from portal.work.rounds import each

EVERY = timedelta(minutes=1)
QUIET = timedelta(minutes=1)  # a call so young is still told of
GONE = "completed"  # what a call is that the network does not know any more


def sweep_calls(job: Job) -> None:
    """The network lists what goes on, however much that is; of the rest each is asked about, and what it answers is
    heard as its own word would be."""
    going_on = calls_going_on(clock.now() - QUIET)
    jobs.finish(job)
    db.session.commit()
    silence = sending.Busy, sending.Unsure
    with suppress(*silence):  # the others have their next turn already, and so has one that goes wrong
        live = sending.live_calls(settings()) if going_on else set()
        unsure = [ref for ref in going_on if ref not in live]
        each(unsure, _ask_about, lambda ref: f"hearing of call {ref}", stops=silence)


def _ask_about(ref: str) -> None:
    state = _state_of(ref)
    if legs.STATES.get(state) in legs.OVER:
        talking.hear(legs.hold_contact(ref), ref, state)


def _state_of(ref: str) -> str:
    try:
        return sending.call_state(settings(), ref)
    except sending.Rejected:
        return GONE
