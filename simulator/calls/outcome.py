"""How a `<Dial>` went: two who talk until one goes, and what its action is told."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.calls.leg import Bridge, Leg
from simulator.calls.listening import keep_recording, recording_fields
from simulator.ground.twiml import Document, Verb

TIMEOUT_S = 30.0
LONGEST_S = 24 * 3600.0


@dataclass
class Outcome:
    """As the action of a `<Dial>` is told."""

    status: str = "no-answer"
    call_sid: str = ""
    seconds: int = 0
    recording: dict[str, str] = field(default_factory=dict)

    def fields(self) -> dict[str, str]:
        fields = {"DialCallStatus": self.status, "DialBridged": str(self.seconds > 0).lower()}
        if self.call_sid:
            fields["DialCallSid"] = self.call_sid
        if self.seconds:
            fields["DialCallDuration"] = str(self.seconds)
        return fields | self.recording


def limit(leg: Leg, order: Verb) -> float:
    """How long somebody is waited for."""
    return order.seconds("timeout", TIMEOUT_S) * leg.network.settings.patience


def talk(leg: Leg, bridge: Bridge, order: Verb, document: Document, outcome: Outcome) -> None:
    """Until one of the two goes, or the longest talk allowed is over; recorded where that was asked for."""
    try:
        leg.wait(lambda: not bridge.open, order.seconds("timeLimit", LONGEST_S))
    finally:
        outcome.status, outcome.seconds = "completed", bridge.seconds
        bridge.end()
        if bridge.tape is not None:  # where nobody spoke, it is silence
            channels = 2 if order.get("record").endswith("dual") else 1
            tape = keep_recording(leg, order, document, bridge.tape, source="DialVerb", channels=channels)
            outcome.recording = recording_fields(leg, tape)
