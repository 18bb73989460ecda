"""What a phone shows: its call, what was heard on it, its texts; the same for the page and for tests."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from simulator.calls.leg import Leg
from simulator.calls.seat import present
from simulator.ground.network import Network
from simulator.ground.numbers import spoken
from simulator.ground.records import Call, Text

LANGUAGES = {
    "fr": "français",
    "en": "anglais",
    "ar": "arabe",
    "es": "espagnol",
    "de": "allemand",
    "pt": "portugais",
}


def phone_state(network: Network, number: str) -> dict[str, Any]:
    """`state` is idle, dialling, ringing, talking or over; `call` is the present or the last call."""
    with network.changed:
        phone = network.phone(number)
        call = network.live_call(number) or _last_call(network, number, phone.put_away)
        return {
            "number": number,
            "spoken": spoken(number),
            "name": phone.name,
            "reachable": phone.reachable,
            "state": _state(call),
            "call": _call(network, call) if call else None,
            "texts": [_text(network, text) for text in network.texts.of(number)],
        }


def stamp(state: Any) -> str:
    """Changes when, and only when, what is shown does."""
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()[:16]


def _last_call(network: Network, number: str, put_away: str) -> Call | None:
    calls = network.calls.of(number)
    return calls[-1] if calls and calls[-1].sid != put_away else None


def _state(call: Call | None) -> str:
    if call is None:
        return "idle"
    if not call.live:
        return "over"
    if call.status == "in-progress":
        return "talking"
    return "dialling" if call.direction == "inbound" or call.status == "queued" else "ringing"


def _call(network: Network, call: Call) -> dict[str, Any]:
    leg = network.legs.get(call.sid)
    seat = leg.seat if leg else None
    return {
        "sid": call.sid,
        "with": call.line,
        "with_spoken": _called(network, call.line),
        "direction": call.direction,
        "status": call.status,
        "queue": call.queue,
        "bridged": bool(leg and leg.bridge),
        "conference": seat.conference.name if seat and seat.joined else "",
        "hold": bool(seat and seat.hold),
        "muted": bool(seat and seat.muted),
        "silent": bool(leg and leg.silent),
        "with_whom": (others := _talks_with(leg) if leg else []),
        "with_whom_spoken": [_named(network, other) for other in others],
        "expects": leg.expects if leg else "",
        "transcript": [
            vars(heard) | {"language_name": language(heard.language)} for heard in call.transcript
        ],
    }


def _talks_with(leg: Leg) -> list[str]:
    """Whom this phone hears and is heard by, muted or not."""
    seat = leg.seat
    if seat is None:
        return [each.call.phone for each in leg.listeners()]
    if not seat.talks():
        return []
    others = (each for each in present(seat.conference) if each is not seat and each.talks())
    return [each.leg.call.phone for each in others]


def _text(network: Network, text: Text) -> dict[str, Any]:
    other = text.to if text.direction == "inbound" else text.sender
    return {
        "sid": text.sid,
        "direction": "sent" if text.direction == "inbound" else "received",
        "with": other,
        "with_spoken": _called(network, other),
        "body": text.body,
        "status": text.status,
        "at": datetime.fromtimestamp(text.created).astimezone().strftime("%H:%M"),
    }


def _named(network: Network, number: str) -> str:
    phone = network.phones.get(number)
    return phone.name if phone and phone.name else _called(network, number)


def _called(network: Network, number: str) -> str:
    line = network.lines.get(number)
    return f"{line.name} ({spoken(number)})" if line and line.name else spoken(number)


def language(code: str) -> str:
    return LANGUAGES.get(code.partition("-")[0].lower(), code)
