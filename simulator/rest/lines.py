"""REST: the portal's own numbers and where they lead."""

from __future__ import annotations

from flask import Response, jsonify, request

from simulator.ground.network import Network
from simulator.ground.numbers import is_number, normal
from simulator.ground.records import Line
from simulator.rest.door import ACCOUNT, found, here, page_of, rest
from simulator.rest.refusals import Refusal
from simulator.rest.resources import line_json

SETTINGS = {
    "FriendlyName": "name",
    "VoiceUrl": "voice_url",
    "VoiceMethod": "voice_method",
    "VoiceFallbackUrl": "voice_fallback_url",
    "SmsUrl": "sms_url",
    "SmsMethod": "sms_method",
    "SmsFallbackUrl": "sms_fallback_url",
    "StatusCallback": "status_callback",
    "StatusCallbackMethod": "status_callback_method",
}


@rest.get(f"{ACCOUNT}/IncomingPhoneNumbers.json")
def list_lines(account: str) -> Response:
    network = here()
    wanted = request.args.get("PhoneNumber", "")
    lines = [line for line in list(network.lines.values()) if wanted in line.number]
    return page_of("incoming_phone_numbers", lines, lambda line: line_json(network, line))


@rest.post(f"{ACCOUNT}/IncomingPhoneNumbers.json")
def create_line(account: str) -> tuple[Response, int]:
    """Take a number, or set up again one that is ours."""
    phone_number = normal(request.form.get("PhoneNumber", ""))
    if not is_number(phone_number):
        raise Refusal(21211, "The phone number is not valid.")
    return jsonify(_set_up(here(), here().line(phone_number))), 201


@rest.get(f"{ACCOUNT}/IncomingPhoneNumbers/<sid>.json")
def read_line(account: str, sid: str) -> Response:
    return jsonify(line_json(here(), _line(sid)))


@rest.post(f"{ACCOUNT}/IncomingPhoneNumbers/<sid>.json")
def update_line(account: str, sid: str) -> Response:
    return jsonify(_set_up(here(), _line(sid)))


def _line(sid: str) -> Line:
    return found({line.sid: line for line in list(here().lines.values())}, sid)


def _set_up(network: Network, line: Line) -> dict[str, object]:
    with network.changed:
        for parameter, field in SETTINGS.items():
            if parameter in request.form:
                setattr(line, field, request.form[parameter])
        network.notify(line.sid)
    return line_json(network, line)
