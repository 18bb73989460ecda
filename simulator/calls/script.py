"""Carrying out TwiML: documents are fetched, their verbs done one after the other, until none is left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic

from simulator.calls.leg import Left, Leg, Over, Redirected, Taken
from simulator.ground import twiml
from simulator.ground.twiml import VOICE, Document, TwimlError, Verb

APOLOGY = "We're sorry, an application error has occurred. Goodbye."
# So many documents in one second is a loop that says nothing.
LOOP = 30


@dataclass(frozen=True)
class Next:
    """Where the next instructions are to be asked for, and what to say in asking."""

    url: str
    method: str = "POST"
    fields: Mapping[str, str] = field(default_factory=dict)


# An answered leg may also have something else to do than a document: a function.
Step = Next | Document | Callable[[Leg], None] | None
VERBS: dict[str, Callable[[Leg, Verb, Document], Step]] = {}


def verb(function: Callable[[Leg, Verb, Document], Step]) -> Callable[[Leg, Verb, Document], Step]:
    """Register how a verb is carried out, under its name."""
    VERBS[function.__name__.strip("_").capitalize()] = function
    return function


def run(leg: Leg, step: Step) -> None:
    """Carry a call out to its end, whatever interrupts it, and leave it `completed`."""
    while True:
        try:
            follow(leg, step)
        except Redirected:
            step = take_order(leg)
            continue
        except (Over, Left, Taken):
            pass
        except TwimlError as error:
            log_error(leg, error)
            if leg.fallback:
                trouble = {"ErrorCode": str(error.code), "ErrorUrl": error.url}
                step, leg.fallback = Next(leg.fallback, fields=trouble), ""
                continue
            apologise(leg)
        break
    if leg.call.live:
        leg.move("completed")


def follow(leg: Leg, step: Step, allowed: set[str] = VOICE, each_s: float = 0) -> None:
    """Fetch and carry out, document after document; one that leads on at once lasts `each_s` all the same."""
    while step is not None:
        leg.check()
        if callable(step):
            step(leg)
            return
        started = monotonic()
        document = fetch(leg, step, allowed) if isinstance(step, Next) else step
        answer(leg, document)
        step = carry_out(leg, document)
        if step is not None and each_s:
            leg.wait(lambda: False, each_s - (monotonic() - started))


def carry_out(leg: Leg, document: Document) -> Step:
    """Do the verbs in order; the first that leads elsewhere ends the document."""
    for each in document.verbs:
        leg.check()
        step = VERBS[each.name](leg, each, document)
        if step is not None:
            return step
    return None


def answer(leg: Leg, document: Document) -> None:
    """An incoming call is answered by the first document, unless that refuses it."""
    refused = bool(document.verbs) and document.verbs[0].name == "Reject"
    if leg.call.status == "ringing" and leg.call.direction == "inbound" and not refused:
        leg.move("in-progress")


def fetch(leg: Leg, step: Next, allowed: set[str]) -> Document:
    """The next document."""
    _refuse_loop(leg)
    network = leg.network
    fields = network.call_fields(leg.call, **step.fields)
    try:
        answered = network.ask(step.url, fields, step.method)
        leg.check()
        if not answered.good:
            raise TwimlError(answered.error, f"HTTP {answered.status}" if answered.status else "no answer")
        return twiml.read(answered.body, answered.url, allowed, answered.content_type)
    except TwimlError as error:
        error.url = step.url
        raise


def _refuse_loop(leg: Leg) -> None:
    leg.fetched.append(monotonic())
    if len(leg.fetched) == LOOP and leg.fetched[-1] - leg.fetched[0] < 1:
        raise TwimlError(twiml.UNREADABLE, "documents lead to one another without a word")


def take_order(leg: Leg) -> Step:
    """The instructions that came by REST; whatever was pressed or said before is forgotten."""
    with leg.network.changed:
        order, leg.order = leg.order, None
        leg.forget_input()
        leg.expects = ""
    return order  # type: ignore[return-value]  # who is redirected has one


def log_error(leg: Leg, error: TwimlError) -> None:
    leg.network.log("error", code=error.code, text=str(error), url=error.url, about=leg.call.sid)


def apologise(leg: Leg) -> None:
    """What a person hears when a document could not be fetched, read or carried out."""
    if leg.call.status == "ringing":
        leg.move("in-progress")
    leg.hear("network", APOLOGY, "error", "en-US")


def start(leg: Leg, carry: Callable[[], None]) -> None:
    """Carry a call out in a thread of its own; a fault of ours must not leave a phone off the hook."""

    def safely() -> None:
        try:
            carry()
        except Exception as error:
            leg.network.log("error", text=f"{type(error).__name__}: {error}", about=leg.call.sid)
            if leg.call.live:
                leg.move("failed")

    threading.Thread(target=safely, name=leg.call.sid, daemon=True).start()
