"""REST: messages sent, read, listed, cancelled, emptied and forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, jsonify, redirect, request

from simulator.ground.network import Network
from simulator.ground.numbers import is_french_landline, is_name, is_number, is_short, may_receive, normal
from simulator.ground.records import Text
from simulator.rest.door import ACCOUNT, found, here, matching, number, page_of, rest
from simulator.rest.refusals import TEXT_FROM, TEXT_TO, Refusal
from simulator.rest.resources import media_json, text_json
from simulator.texts import fate, sending

LONGEST = 1600
LONGEST_VALIDITY_S = 36_000
UNSENT = {"accepted", "scheduled", "queued"}


@rest.post(f"{ACCOUNT}/Messages.json")
def create_message(account: str) -> tuple[Response, int]:
    form = request.form
    to, sender = normal(form.get("To", "")), normal(form.get("From", ""))
    service, body = form.get("MessagingServiceSid", ""), form.get("Body", "")
    network = here()
    _check(network, to, sender, service, body)
    text = Text(
        sender or _service_sender(network), to, body, "outbound-api", "accepted" if service else "queued"
    )
    text.service, text.callback = service, form.get("StatusCallback", "")
    text.validity_s, text.fate = _validity(), _doom(network, body)
    if form.get("ScheduleType") == "fixed" and service:
        text.status, text.send_at = "scheduled", _when(form.get("SendAt", ""))
    return jsonify(text_json(network, sending.send(network, text))), 201


def _check(network: Network, to: str, sender: str, service: str, body: str) -> None:
    """What Twilio refuses at once, in the order in which it looks."""
    magic = TEXT_TO.get(to) or TEXT_FROM.get(sender)
    if magic:
        raise Refusal(magic)
    checks = (
        (not to, 21604),
        (not sender and not service, 21603),
        (not body and not request.form.get("MediaUrl"), 21602),
        (len(body) > LONGEST, 21617),
        (not may_receive(to), 21211),
        (bool(sender) and not _may_send(sender), 21212),
        (not to.startswith(network.settings.text_prefixes), 21408),
        (is_french_landline(to), 21614),
        (not _reaches(sender, to), 21612),
        ((sender, to) in network.stopped, 21610),
    )
    code = next((code for wrong, code in checks if wrong), 0)
    if code:
        raise Refusal(code)


def _may_send(sender: str) -> bool:
    return is_number(sender) or is_short(sender) or is_name(sender)


def _reaches(sender: str, to: str) -> bool:
    """A short code belongs to its country; names are not carried across the Atlantic."""
    return not (is_short(sender) and not to.startswith("+33")) and not (
        is_name(sender) and to.startswith("+1")
    )


def _validity() -> float | None:
    if "ValidityPeriod" not in request.form:
        return None
    seconds = number("ValidityPeriod")
    if not 1 <= seconds <= LONGEST_VALIDITY_S:
        raise Refusal(20001, "ValidityPeriod stands between 1 and 36000 seconds")
    return seconds


def _doom(network: Network, body: str) -> int:
    code = fate.drawn(network, body)
    if code in fate.AT_ONCE:
        raise Refusal(code)
    return code


def _service_sender(network: Network) -> str:
    """A messaging service chooses among its numbers: here, the first line."""
    return next(iter(network.lines), "Service")


def _when(written: str) -> float:
    try:
        return datetime.fromisoformat(written).timestamp()
    except ValueError as error:
        raise Refusal(20001, "Invalid SendAt") from error


@rest.get(f"{ACCOUNT}/Messages.json")
def list_messages(account: str) -> Response:
    network = here()
    with network.changed:
        kept = [text for text in network.texts.values() if not sending.is_unsent(text)]
    equal = {"To": lambda text: text.to, "From": lambda text: text.sender}
    things = matching(kept, equal, {"DateSent": lambda text: text.sent})
    return page_of("messages", things, lambda text: text_json(network, text))


@rest.get(f"{ACCOUNT}/Messages/<sid>.json")
def read_message(account: str, sid: str) -> Response:
    return jsonify(text_json(here(), found(here().texts, sid)))


@rest.post(f"{ACCOUNT}/Messages/<sid>.json")
def update_message(account: str, sid: str) -> Response:
    """An empty body redacts it; `Status=canceled` stops one that has not left."""
    network = here()
    text = found(network.texts, sid)
    if request.form.get("Status") == "canceled":
        if text.status not in UNSENT:
            raise Refusal(20001, "Message can no longer be canceled")
        sending.move(network, text, "canceled")
    elif request.form.get("Body") == "":
        with network.changed:
            text.body = ""
            network.notify(text.sid, text.phone)
    return jsonify(text_json(network, text))


@rest.delete(f"{ACCOUNT}/Messages/<sid>.json")
def delete_message(account: str, sid: str) -> tuple[str, int]:
    network = here()
    network.forget(network.texts, found(network.texts, sid))
    return "", 204


@rest.get(f"{ACCOUNT}/Messages/<sid>/Media.json")
def list_media(account: str, sid: str) -> Response:
    network, text = here(), found(here().texts, sid)
    return page_of("media_list", list(text.pictures), lambda name: media_json(network, text, name))


@rest.delete(f"{ACCOUNT}/Messages/<sid>/Media/<name>.json")
def delete_picture(account: str, sid: str, name: str) -> tuple[str, int]:
    pictures = found(here().texts, sid).pictures
    found(pictures, name)
    del pictures[name]
    return "", 204


@rest.get(f"{ACCOUNT}/Messages/<sid>/Media/<name>")
def read_picture(account: str, sid: str, name: str) -> Any:
    """Not here: where files are kept, at an address that says nothing of who asks."""
    found(found(here().texts, sid).pictures, name)
    return redirect(f"{here().settings.own_url}/media/{sid}/{name}", 307)
