"""Placing calls: from a phone to a line of the portal's, and from the portal to a phone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from simulator.calls import dialling, listening, speaking, waiting  # noqa: F401 (each registers its verbs)
from simulator.calls.leg import Leg
from simulator.calls.ringing import HUMAN, ring
from simulator.calls.script import Next, Step, run, start
from simulator.ground.network import Network
from simulator.ground.numbers import EMERGENCY, HIDDEN_CALL, is_number, normal
from simulator.ground.records import Call, Callback

TYPING_S = 10.0


class Impossible(Exception):
    """What cannot be done on this phone now, in a sentence."""


def call_line(network: Network, phone: str, to: str, *, hidden: bool = False) -> Call:
    """A phone dials a line; the line's document is fetched and carried out in a thread of its own."""
    number = normal(to)
    if number in EMERGENCY:
        raise Impossible(
            f"Ce téléphone n’appelle personne en vrai : le {number} joindrait {EMERGENCY[number]}."
        )
    if not is_number(number) or number == phone:
        raise Impossible("Ce numéro ne mène nulle part.")
    network.phone(phone)
    with network.changed:
        if network.live_call(phone):
            raise Impossible("Ce téléphone est déjà en ligne.")
        line = network.line(number)
        url = line.status_callback or network.settings.portal_url + "/telephone/status/call"
        callback = Callback(url, line.status_callback_method)
        sender = HIDDEN_CALL if hidden else phone
        call = Call(sender, number, phone, "inbound", "ringing", line_sid=line.sid, callback=callback)
        leg = Leg(network, network.keep(network.calls, call))
    url = line.voice_url or network.settings.portal_url + "/telephone/voice"
    leg.fallback = line.voice_fallback_url
    start(leg, lambda: run(leg, Next(url, line.voice_method)))
    return call


@dataclass(frozen=True)
class Wanted:
    """What the portal asks of a call it places."""

    step: Step
    timeout_s: float = 60
    callback: Callback | None = None
    detect_machine: bool = False
    fallback: str = ""
    # What is to be done when nobody takes the call.
    not_taken: Callable[[Leg], None] | None = None


def call_phone(network: Network, sender: str, to: str, wanted: Wanted) -> Call:
    """The portal calls a phone: it rings, and what was asked for is carried out once it answers."""
    call = Call(sender, to, to, "outbound-api", callback=wanted.callback or Callback())
    call.line_sid = network.lines[sender].sid if sender in network.lines else ""
    leg = Leg(network, network.keep(network.calls, call))
    leg.fallback = wanted.fallback

    def carry() -> None:
        if ring(leg, wanted.timeout_s * network.settings.patience):
            call.answered_by = leg.answer if wanted.detect_machine else ""
            run(leg, wanted.step)
        elif wanted.not_taken:
            wanted.not_taken(leg)

    network.turnstile.enter(leg, lambda: start(leg, carry))
    return call


def answer(network: Network, phone: str, by: str = HUMAN) -> None:
    """Pick up: by a person, or an answering machine (`machine_start`, `machine_end_beep`…)."""
    with network.changed:
        leg = _ringing(network, phone)
        leg.answer = by
        leg.ring()


def refuse(network: Network, phone: str) -> None:
    with network.changed:
        leg = _ringing(network, phone)
        leg.answer = "busy"
        leg.ring()


def leg_of(network: Network, phone: str) -> Leg:
    """The call this phone is in, or a sentence that says there is none."""
    call = network.live_call(phone)
    leg = network.legs.get(call.sid) if call else None
    if leg is None:
        raise Impossible("Ce téléphone n’est pas en ligne.")
    return leg


def hang_up(network: Network, phone: str) -> None:
    with network.changed:
        leg_of(network, phone).hang_up()


def typing(network: Network, phone: str) -> None:
    """Whoever is typing words is waited for a little longer."""
    with network.changed:
        call = network.live_call(phone)
        leg = network.legs.get(call.sid) if call else None
        if leg:
            leg.typing_until = monotonic() + TYPING_S


def _ringing(network: Network, phone: str) -> Leg:
    leg = leg_of(network, phone)
    if leg.call.status != "ringing" or leg.call.direction == "inbound":
        raise Impossible("Ce téléphone ne sonne pas.")
    return leg
