"""`<Dial><Queue>`: taking the first who waits, and talking with them."""

from __future__ import annotations

from simulator.calls.leg import Leg
from simulator.calls.outcome import LONGEST_S, Outcome, limit, talk
from simulator.calls.script import Next
from simulator.ground.records import Queue
from simulator.ground.twiml import Document, Verb


def take(leg: Leg, order: Verb, noun: Verb, document: Document, outcome: Outcome) -> None:
    """The first of the queue who is still there; an empty queue is waited for as a phone that rings."""
    queue = leg.network.queue(noun.text)
    if noun.get("url"):
        told = {"DequeingCallSid": leg.call.sid}
        leg.whisper = Next(document.leads_to(noun.get("url")), noun.get("method", "POST"), told)
    try:
        while leg.wait(lambda: _first(queue, leg) is not None, limit(leg, order), queue.sid):
            waiting = _take_first(leg, queue)
            if waiting is None:
                continue
            outcome.call_sid = waiting.call.sid
            if _is_put_through(leg, waiting) and leg.bridge:
                talk(leg, leg.bridge, order, document, outcome)
                return
    finally:
        leg.whisper = None
        if leg.bridge:
            leg.bridge.end()


def _is_put_through(leg: Leg, waiting: Leg) -> bool:
    """Whether the one who was waiting came, or went while hearing what was to be heard first."""
    leg.wait(lambda: leg.bridge is not None or waiting.taken_by is not leg, LONGEST_S, waiting.call.sid)
    return leg.bridge is not None


def _first(queue: Queue, leg: Leg) -> Leg | None:
    legs = (leg.network.legs.get(sid) for sid in queue.waiting)
    return next((each for each in legs if each and not each.taken_by and not each.hung_up), None)


def _take_first(leg: Leg, queue: Queue) -> Leg | None:
    with leg.network.changed:
        first = _first(queue, leg)
        if first:
            first.taken_by = leg
            first.ring()
        return first
