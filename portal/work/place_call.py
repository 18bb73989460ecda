"""Calls a telephone: never lost, and never twice because we did not know."""

from __future__ import annotations

from datetime import timedelta

from portal import clock, jobs
from portal.contacts.calls import legs
from portal.contacts.codes import code_calls
from portal.contacts.models import Leg
from portal.database import db
from portal.desk import talking
from portal.desk.models import Offer
from portal.jobs import Job
from portal.telephony import alerts, sending
from portal.work.context import settings

LOOK_BACK = timedelta(minutes=5)  # the network's clock and ours may differ
SETTLE = timedelta(seconds=30)  # a call taken by the network may not be listed at once
RING_S = 25


def place_call(job: Job) -> None:
    """The intent is committed before the network is asked; found so again, the network is first asked what it did."""
    leg = legs.hold(job.payload["leg"])
    if leg is None or leg.provider_ref or leg.state not in ("waiting", "sending", "unknown"):
        _done(job)
    elif not _is_wanted(leg):
        legs.advance(leg, "failed", error="not_wanted")
        _done(job)
    elif leg.state == "waiting":
        leg.state = "sending"
        db.session.commit()
        _place(leg, job)
    elif leg.state == "sending":  # the worker died: give the network the time to list what it took
        leg.state = "unknown"
        _look_later(job, "Interrupted")
    else:
        db.session.commit()
        _reconcile(leg, job)


def _place(leg: Leg, job: Job) -> None:
    ours = f"{settings().public_base_url}/telephone"
    try:
        ref = sending.place_call(
            settings(),
            to=leg.to,
            sender=leg.contact.line,
            url=f"{ours}/voice/{_door(leg)}",
            callback=f"{ours}/status/call?leg={leg.id}",
            ring_s=RING_S,
        )
    except sending.Rejected as refusal:
        alerts.alert_of_call(str(refusal.code))
        talking.fail(_held(leg), str(refusal.code))
    except sending.Busy as busy:
        if _held(leg).state == "sending":
            leg.state = "waiting"  # the network said that it did nothing
        jobs.put_back(job, "Busy", until=busy.until)
        alerts.alert_if_refused()
        db.session.commit()
        return
    except sending.Unsure:
        if _held(leg).state == "sending":
            leg.state = "unknown"
        _look_later(job, "Unsure")
        return
    else:
        _record(_held(leg), ref)
    _done(job)


def _reconcile(leg: Leg, job: Job) -> None:
    """Looks for what an interrupted try may have placed; only if the network has nothing is it placed again."""
    since = leg.at - LOOK_BACK
    found = sending.find_calls(settings(), to=leg.to, sender=leg.contact.line, since=since)
    held = _held(leg)
    known = code_calls.known(found)
    ours = [ref for ref in found if ref not in known]
    if held.provider_ref or ours:
        _record(held, held.provider_ref or ours[0])
        _done(job)
        return
    held.state = "sending"
    db.session.commit()
    _place(held, job)


def _record(leg: Leg, ref: str) -> None:
    """The call is placed; what the network already told of it is heard now."""
    legs.name(leg, ref)
    if leg.state in ("sending", "unknown"):
        legs.advance(leg, "queued")
    talking.hear_again(leg)


def _is_wanted(leg: Leg) -> bool:
    """Whether whoever asked for this call still waits for it."""
    if leg.seat == "out":
        return False
    if leg.offer_id is not None:
        return db.session.get_one(Offer, leg.offer_id).state == "ringing"
    return leg.role != "third" or leg.contact.ended_at is None


def _door(leg: Leg) -> str:
    if leg.role == "third":
        return f"third-answers?leg={leg.id}"
    offer = f"offer={leg.offer_id}&" if leg.offer_id is not None else ""
    return f"agent-answers?{offer}leg={leg.id}"


def _held(leg: Leg) -> Leg:
    """The leg again, after the network was asked: it may have told us much meanwhile."""
    return legs.hold(leg.id) or leg


def _look_later(job: Job, why: str) -> None:
    jobs.put_back(job, why)
    job.not_before = max(job.not_before, clock.now() + SETTLE)
    db.session.commit()


def _done(job: Job) -> None:
    jobs.finish(job)
    db.session.commit()
