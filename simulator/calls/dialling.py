"""`<Dial>`: ringing other phones, or taking whoever waits first in a queue, and putting two through."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.calls.leg import Bridge, Leg, Over
from simulator.calls.ringing import ring
from simulator.calls.script import Next, Step, follow, leads_to, run, start, verb
from simulator.ground.numbers import normal
from simulator.ground.records import Call, Callback
from simulator.ground.twiml import BEFORE_BRIDGE, Document, Verb

TIMEOUT_S = 30.0
LONGEST_S = 24 * 3600.0
GONE = {"completed", "busy", "failed", "no-answer", "canceled"}


@dataclass
class Outcome:
    """How a `<Dial>` went, as its action is told."""

    status: str = "no-answer"
    call_sid: str = ""
    seconds: int = 0

    def fields(self) -> dict[str, str]:
        fields = {"DialCallStatus": self.status, "DialBridged": str(self.seconds > 0).lower()}
        if self.call_sid:
            fields["DialCallSid"] = self.call_sid
        if self.seconds:
            fields["DialCallDuration"] = str(self.seconds)
        return fields


@verb
def dial(leg: Leg, order: Verb, document: Document) -> Step:
    """Put through, and tell `action` how it went; without one, go on with the next verb."""
    outcome = Outcome()
    queue = next((noun for noun in order.nested if noun.name == "Queue"), None)
    try:
        if queue:
            _take(leg, order, queue, document, outcome)
        else:
            _ring_all(leg, order, document, outcome)
    except Over:
        _tell_of_hanging_up(leg, order, document, outcome)
        raise
    if not order.get("action"):
        return None
    return Next(leads_to(document, order.get("action")), order.get("method", "POST"), outcome.fields())


def _tell_of_hanging_up(leg: Leg, order: Verb, document: Document, outcome: Outcome) -> None:
    if order.get("action"):
        fields = leg.network.call_fields(leg.call, **outcome.fields(), CallStatus="completed")
        leg.network.tell(leg.call.sid, leads_to(document, order.get("action")), fields)


def _limit(leg: Leg, order: Verb) -> float:
    return order.seconds("timeout", TIMEOUT_S) * leg.network.settings.patience


def _talk(leg: Leg, bridge: Bridge, order: Verb, outcome: Outcome) -> None:
    """Until one of the two goes, or the longest talk allowed is over."""
    try:
        leg.wait(lambda: not bridge.open, order.seconds("timeLimit", LONGEST_S))
    finally:
        outcome.status, outcome.seconds = "completed", bridge.seconds
        bridge.end()


def _take(leg: Leg, order: Verb, noun: Verb, document: Document, outcome: Outcome) -> None:
    """The first of the queue who is still there; an empty queue is waited for as a phone that rings."""
    queue = leg.network.queue(noun.text)
    if noun.get("url"):
        leg.whisper = Next(leads_to(document, noun.get("url")), noun.get("method", "POST"), _dequeuing(leg))
    try:
        while leg.wait(lambda: _first(leg, queue.name) is not None, _limit(leg, order)):
            waiting = _take_first(leg, queue.name)
            if waiting is None:
                continue
            outcome.call_sid = waiting.call.sid
            if _is_put_through(leg, waiting) and leg.bridge:
                _talk(leg, leg.bridge, order, outcome)
                return
    finally:
        leg.whisper = None
        if leg.bridge:
            leg.bridge.end()


def _is_put_through(leg: Leg, waiting: Leg) -> bool:
    """Whether the one who was waiting came, or went while hearing what was to be heard first."""
    leg.wait(lambda: leg.bridge is not None or waiting.taken_by is not leg, LONGEST_S)
    return leg.bridge is not None


def _dequeuing(leg: Leg) -> dict[str, str]:
    return {"DequeingCallSid": leg.call.sid}


def _first(leg: Leg, queue: str) -> Leg | None:
    waiting = leg.network.queue(queue).waiting
    legs = (leg.network.legs.get(sid) for sid in waiting)
    return next((each for each in legs if each and not each.taken_by and not each.hung_up), None)


def _take_first(leg: Leg, queue: str) -> Leg | None:
    with leg.network.changed:
        first = _first(leg, queue)
        if first:
            first.taken_by = leg
            leg.network.notify()
        return first


def _ring_all(leg: Leg, order: Verb, document: Document, outcome: Outcome) -> None:
    """Every number rings; the first to answer is put through, and the others stop."""
    nouns = order.nested or (Verb("Number", {}, order.text),)
    leg.hear("network", "sonnerie", "sound")
    children = [_place(leg, order, noun, document) for noun in nouns]
    limit = _limit(leg, order)
    try:
        leg.wait(lambda: any(each.ready for each in children) or _all_gone(children), limit + 1)
        answered = next((each for each in children if each.ready), None)
        outcome.call_sid = (answered or children[0]).call.sid
        if answered is None or answered.hung_up:
            outcome.status = children[0].call.status if _all_gone(children) else "no-answer"
            return
        _hang_up([each for each in children if each is not answered])
        _put_through(leg, answered, order, outcome)
    finally:
        _hang_up(children)


def _put_through(leg: Leg, answered: Leg, order: Verb, outcome: Outcome) -> None:
    with leg.network.changed:
        bridge = leg.bridge = answered.bridge = Bridge(leg, answered)
        leg.keys.clear()
        leg.network.notify()
    _talk(leg, bridge, order, outcome)


def _all_gone(children: list[Leg]) -> bool:
    return all(each.call.status in GONE for each in children)


def _hang_up(children: list[Leg]) -> None:
    for each in children:
        with each.network.changed:
            each.hung_up = each.hung_up or each.call.live
            each.network.notify()


def _place(leg: Leg, order: Verb, noun: Verb, document: Document) -> Leg:
    """The leg towards one number, ringing in a thread of its own."""
    sender = normal(order.get("callerId")) if order.get("callerId") else leg.call.sender
    to = normal(noun.text)
    callback = Callback()
    if noun.get("statusCallback"):
        events = tuple(noun.get("statusCallbackEvent", "completed").split())
        callback = Callback(leads_to(document, noun.get("statusCallback")), "POST", events)
    call = Call(sender, to, to, "outbound-dial", parent=leg.call.sid, callback=callback)
    child = Leg(leg.network, leg.network.keep(leg.network.calls, call))
    whisper = (
        Next(leads_to(document, noun.get("url")), noun.get("method", "POST")) if noun.get("url") else None
    )
    limit = _limit(leg, order)
    start(child, lambda: _carry_child(child, limit, whisper))
    return child


def _carry_child(child: Leg, limit: float, whisper: Next | None) -> None:
    if ring(child, limit):
        run(child, lambda leg: _talk_when_put_through(leg, whisper))


def _talk_when_put_through(leg: Leg, whisper: Next | None) -> None:
    """What an answered leg does: hear what is said to it first, then talk until one of the two goes."""
    if whisper:
        follow(leg, whisper, BEFORE_BRIDGE | {"Gather", "Hangup"})
    with leg.network.changed:
        leg.ready = True
        leg.network.notify()
    leg.wait(lambda: leg.bridge is not None, LONGEST_S)
    bridge = leg.bridge
    try:
        leg.wait(lambda: leg.bridge is None, LONGEST_S)
    finally:
        if bridge:
            bridge.end()
