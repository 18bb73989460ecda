"""Has a telephone rung for a one-time code: never lost while the code lives, never twice because we did not know."""

from __future__ import annotations

from portal import clock, jobs
from portal.citizens import codes
from portal.citizens.models import CodeCall
from portal.contacts.codes import code_calls
from portal.database import db
from portal.jobs import Job
from portal.telephony import alerts, sending
from portal.telephony.dialling import may_be_called
from portal.work.context import settings
from portal.work.place_call import LOOK_BACK, RING_S, SETTLE


def call_code(job: Job) -> None:
    """The intent is committed before the network is asked; found so again, the network is first asked what it did."""
    call = code_calls.hold(job.payload["call"])
    # read before the commit: nothing is held afterwards
    to = call.code.identifier.value if call is not None else ""
    if call is None or call.provider_ref or call.state not in code_calls.TO_PLACE:
        _done(job)
    elif not codes.is_live(call.code) or not may_be_called(to):
        code_calls.advance(call, "failed")
        _done(job)
    elif call.state == "waiting":
        call.state = "sending"
        db.session.commit()
        _place(call, to, job)
    elif call.state == "sending":  # the worker died: give the network the time to list what it took
        _look_later(call, job, "Interrupted")
    else:
        db.session.commit()
        _reconcile(call, to, job)


def _place(call: CodeCall, to: str, job: Job) -> None:
    ours = f"{settings().public_base_url}/telephone"
    try:
        ref = sending.place_call(
            settings(),
            to=to,
            sender=call.sender,
            url=f"{ours}/voice/spoken-code?call={call.id}",
            callback=f"{ours}/status/spoken-code?call={call.id}",
            ring_s=RING_S,
        )
    except sending.Rejected as refusal:
        alerts.alert_of_call(str(refusal.code))
        code_calls.advance(_held(call), "failed")
    except sending.Busy as busy:
        if _held(call).state == "sending":
            call.state = "waiting"  # the network said that it did nothing
        jobs.put_back(job, "Busy", until=busy.until)
        alerts.alert_if_refused()
        db.session.commit()
        return
    except sending.Unsure:
        _look_later(_held(call), job, "Unsure")
        return
    else:
        code_calls.hear(_held(call), "queued", ref)
    _done(job)


def _reconcile(call: CodeCall, to: str, job: Job) -> None:
    """Looks for what an interrupted try may have placed; only if the network has nothing is it placed again."""
    found = sending.find_calls(settings(), to=to, sender=call.sender, since=call.at - LOOK_BACK)
    held, known = _held(call), code_calls.known(found)
    ours = [ref for ref in found if ref not in known]
    if held.provider_ref or ours:
        code_calls.hear(held, "queued", held.provider_ref or ours[0])
        _done(job)
        return
    held.state = "sending"
    db.session.commit()
    _place(held, to, job)


def _held(call: CodeCall) -> CodeCall:
    """The call again, after the network was asked: it may have told us much meanwhile."""
    return code_calls.hold(call.id) or call


def _look_later(call: CodeCall, job: Job, why: str) -> None:
    if call.state == "sending":
        call.state = "unknown"
    jobs.put_back(job, why)
    job.not_before = max(job.not_before, clock.now() + SETTLE)
    db.session.commit()


def _done(job: Job) -> None:
    jobs.finish(job)
    db.session.commit()
