"""`<Dial>` of numbers and addresses: all ring, the first to answer is put through, the others stop."""

from __future__ import annotations

from simulator.calls.leg import Bridge, Leg
from simulator.calls.outcome import LONGEST_S, Outcome, limit, talk
from simulator.calls.ringing import ring
from simulator.calls.script import Next, follow, run, start
from simulator.ground.numbers import normal
from simulator.ground.records import Call, Callback
from simulator.ground.twiml import VOICE, Document, Verb

GONE = {"completed", "busy", "failed", "no-answer", "canceled"}


def ring_all(leg: Leg, order: Verb, document: Document, outcome: Outcome) -> None:
    """The whole of it, from the first ring to the end of the talk."""
    nouns = order.nested or (Verb("Number", {}, order.text),)
    leg.hear("network", "sonnerie", "sound")
    children = [_place(leg, order, noun, document) for noun in nouns]
    try:
        leg.wait(lambda: any(each.ready for each in children) or _all_gone(children), limit(leg, order) + 1)
        answered = next((each for each in children if each.ready), None)
        outcome.call_sid = (answered or children[0]).call.sid
        if answered is None or answered.hung_up:
            outcome.status = _how_it_ended(children)
            return
        _hang_up([each for each in children if each is not answered])
        _put_through(leg, answered, order, document, outcome)
    finally:
        _hang_up(children)


def _put_through(leg: Leg, answered: Leg, order: Verb, document: Document, outcome: Outcome) -> None:
    with leg.network.changed:
        if answered.freed or answered.hung_up:  # called elsewhere, or gone, at the very moment it was ready
            outcome.status = "completed"
            return
        bridge = leg.bridge = answered.bridge = Bridge(leg, answered)
        leg.keys.clear()
        leg.ring()
        answered.ring()
    talk(leg, bridge, order, document, outcome)


def _how_it_ended(children: list[Leg]) -> str:
    if not _all_gone(children):
        return "no-answer"
    return "completed" if children[0].freed else children[0].call.status


def _all_gone(children: list[Leg]) -> bool:
    return all(each.freed or each.call.status in GONE for each in children)


def _hang_up(children: list[Leg]) -> None:
    """Those that were sent elsewhere by REST are no longer ours to hang up."""
    for each in children:
        with each.network.changed:
            if each.call.live and not each.freed:
                each.hang_up()


def _place(leg: Leg, order: Verb, noun: Verb, document: Document) -> Leg:
    """The leg towards one number, ringing in a thread of its own."""
    sender = normal(order.get("callerId")) if order.get("callerId") else leg.call.sender
    to = normal(f"client:{noun.text}" if noun.name == "Client" else noun.text)
    callback = Callback()
    if noun.get("statusCallback"):
        events = tuple(noun.get("statusCallbackEvent", "completed").split())
        url, method = document.leads_to(noun.get("statusCallback")), noun.get("statusCallbackMethod", "POST")
        callback = Callback(url, method, events)
    call = Call(sender, to, to, "outbound-dial", parent=leg.call.sid, callback=callback)
    child = Leg(leg.network, leg.network.keep(leg.network.calls, call))
    whisper = (
        Next(document.leads_to(noun.get("url")), noun.get("method", "POST")) if noun.get("url") else None
    )
    longest = limit(leg, order)
    start(child, lambda: _carry_child(child, longest, whisper))
    return child


def _carry_child(child: Leg, longest: float, whisper: Next | None) -> None:
    if ring(child, longest):
        run(child, lambda leg: _talk_when_put_through(leg, whisper))


def _talk_when_put_through(leg: Leg, whisper: Next | None) -> None:
    """What an answered leg does: hear what is said to it first, then talk until one of the two goes."""
    if whisper:
        follow(leg, whisper, VOICE - {"Enqueue", "Dial", "Leave"})
    with leg.network.changed:
        leg.ready = True
        leg.ring()
    try:
        leg.wait(lambda: leg.bridge is not None, LONGEST_S)
        leg.wait(lambda: leg.bridge is None, LONGEST_S)
    finally:  # who hangs up at the very instant of being put through leaves nobody talking to nobody
        with leg.network.changed:
            if leg.bridge:
                leg.bridge.end()
