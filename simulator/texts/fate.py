"""What becomes of a text: by a code written in it, by the switches, or because the phone is out of reach."""

from __future__ import annotations

import re

from simulator.ground.network import Network
from simulator.ground.records import Text

# Once it was accepted; the codes below 30000 are refused at once.
ERRORS = {
    30001: "Queue overflow",
    30003: "Unreachable destination handset",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered by the carrier",
    30008: "Unknown error",
    30036: "Validity period expired",
}
UNREACHABLE, EXPIRED = 30003, 30036
NEVER_LEFT = {30001, 30036}
AT_ONCE = {21408, 21610, 21611, 21612, 21614}
WRITTEN = re.compile(r"\[(\d{5})\]")


def drawn(network: Network, body: str) -> int:
    """The error that awaits this text, if any: `[30007]` written in it, or the switches' draw."""
    written = WRITTEN.search(body)
    code = int(written[1]) if written else int(network.faults.draw("texts") or 0)
    return code if code in ERRORS or code in AT_ONCE else 0


def on_arrival(network: Network, text: Text) -> int:
    return text.fate or (0 if network.phone(text.to).reachable else UNREACHABLE)


def status(code: int) -> str:
    return "failed" if code in NEVER_LEFT else "undelivered" if code else "delivered"
