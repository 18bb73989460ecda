"""Making a phone ring, and how that ends."""

from __future__ import annotations

from simulator.calls.leg import Leg, Over
from simulator.ground.numbers import is_address

HUMAN = "human"


def ring(leg: Leg, seconds: float) -> bool:
    """Whether somebody, or an answering machine, answered; otherwise the call is over, and told so."""
    try:
        status = _ring(leg, seconds)
    except Over:
        status = "canceled"
    leg.move(status)
    return status == "in-progress"


def _ring(leg: Leg, seconds: float) -> str:
    network, call = leg.network, leg.call
    leg.check()
    leg.tell("initiated")
    leg.wait(lambda: False, network.settings.step_s)
    phone = network.phone(call.phone)
    if not is_address(call.phone) or not phone.reachable:
        return "failed"
    with network.changed:
        if _is_busy(leg):
            return "busy"
        leg.move("ringing")
    leg.wait(lambda: bool(leg.answer), seconds)
    return {"": "no-answer", "busy": "busy"}.get(leg.answer, "in-progress")


def _is_busy(leg: Leg) -> bool:
    """Whether the phone is in another call; one that is only queued does not ring yet."""
    same = [call for call in leg.network.calls.of(leg.call.phone) if call is not leg.call]
    return any(call.status in {"ringing", "in-progress"} for call in same)
