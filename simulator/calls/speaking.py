"""The verbs that speak, wait, lead elsewhere or end."""

from __future__ import annotations

from urllib.parse import urlsplit

from simulator.calls.leg import Left, Leg, Over, spoken_seconds
from simulator.calls.script import Next, Step, verb
from simulator.ground.twiml import Document, Verb
from simulator.texts import sending

SOUND_S = 10
ENDLESS_S = 24 * 3600


@verb
def say(leg: Leg, order: Verb, document: Document) -> Step:
    """Put the words on the transcript, and let them last as long as a voice would."""
    leg.hear("line", order.text, "speech", order.get("language", "en-US"))
    leg.rest(_repeated(order, spoken_seconds(order.text)), leg.has_input)
    return None


@verb
def play(leg: Leg, order: Verb, document: Document) -> Step:
    """A sound, known by the name of its file, or the tones of some keys."""
    name = order.get("digits") or urlsplit(order.text).path.rpartition("/")[2] or order.text
    leg.hear("line", name, "keys" if order.get("digits") else "sound")
    leg.rest(_repeated(order, SOUND_S), leg.has_input)
    return None


@verb
def pause(leg: Leg, order: Verb, document: Document) -> Step:
    leg.rest(order.seconds("length", 1), leg.has_input)
    return None


@verb
def redirect(leg: Leg, order: Verb, document: Document) -> Step:
    return Next(document.leads_to(order.text), order.get("method", "POST"))


@verb
def hangup(leg: Leg, order: Verb, document: Document) -> Step:
    raise Over


@verb
def leave(leg: Leg, order: Verb, document: Document) -> Step:
    raise Left


@verb
def reject(leg: Leg, order: Verb, document: Document) -> Step:
    """Refused before it was answered: nobody pays. Later it is a plain hanging up."""
    if leg.call.status == "ringing":
        leg.move("busy" if order.get("reason") == "busy" else "no-answer")
    raise Over


@verb
def message(leg: Leg, order: Verb, document: Document) -> Step:
    """A text sent in the middle of a call, to the phone that is calling unless another is named."""
    sending.reply(leg.network, order, document, line=leg.call.line, phone=leg.call.phone, during="call")
    return None


@verb
def sms(leg: Leg, order: Verb, document: Document) -> Step:
    message(leg, order, document)
    return None


def _repeated(order: Verb, seconds: float) -> float:
    """`loop="0"` never ends by itself."""
    loop = int(order.seconds("loop", 1))
    return seconds * loop if loop > 0 else ENDLESS_S
