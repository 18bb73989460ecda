"""`<Dial>`: ringing phones, taking whoever waits first in a queue, joining a conference; then what comes after."""

from __future__ import annotations

from simulator.calls import conference, ringing_out, taking
from simulator.calls.leg import Leg, Over
from simulator.calls.outcome import Outcome
from simulator.calls.script import Next, Step, verb
from simulator.ground.twiml import Document, Verb


@verb
def dial(leg: Leg, order: Verb, document: Document) -> Step:
    """Put through, and tell `action` how it went; without one, go on with the next verb."""
    outcome = Outcome()
    leg.records = order.get("record").startswith(("record-from", "true"))
    try:
        _carry_out(leg, order, document, outcome)
    except Over:
        _tell_of_hanging_up(leg, order, document, outcome)
        raise
    finally:
        leg.records = False
    if not order.get("action"):
        return None
    return Next(document.leads_to(order.get("action")), order.get("method", "POST"), outcome.fields())


def _carry_out(leg: Leg, order: Verb, document: Document, outcome: Outcome) -> None:
    nouns = {noun.name: noun for noun in order.nested}
    if "Conference" in nouns:
        outcome.status = "answered"
        outcome.status = conference.join(leg, order, nouns["Conference"], document)
    elif "Queue" in nouns:
        taking.take(leg, order, nouns["Queue"], document, outcome)
    else:
        ringing_out.ring_all(leg, order, document, outcome)


def _tell_of_hanging_up(leg: Leg, order: Verb, document: Document, outcome: Outcome) -> None:
    if order.get("action"):
        fields = leg.network.call_fields(leg.call, **outcome.fields(), CallStatus="completed")
        url, method = document.leads_to(order.get("action")), order.get("method", "POST")
        leg.network.tell(leg.call.sid, url, fields, method)
