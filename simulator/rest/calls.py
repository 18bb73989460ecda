"""REST: calls placed, read, listed, sent elsewhere and ended."""

from __future__ import annotations

from flask import Response, jsonify, request

from simulator.calls.placing import Wanted, call_phone
from simulator.calls.script import Next, Step
from simulator.ground import twiml
from simulator.ground.network import Network
from simulator.ground.numbers import is_address, is_number, normal
from simulator.ground.records import Call, Callback
from simulator.rest.door import ACCOUNT, found, here, matching, number, page_of, rest
from simulator.rest.refusals import CALL_FROM, CALL_TO, Refusal
from simulator.rest.resources import call_json

LONGEST_TIMEOUT_S = 600


@rest.post(f"{ACCOUNT}/Calls.json")
def create_call(account: str) -> tuple[Response, int]:
    network, form = here(), request.form
    to, sender = normal(form.get("To", "")), normal(form.get("From", ""))
    check_call(to, sender)
    step = instructions()
    if step is None:
        raise Refusal(21205)
    events = tuple(form.getlist("StatusCallbackEvent")) or ("completed",)
    callback = Callback(form.get("StatusCallback", ""), form.get("StatusCallbackMethod", "POST"), events)
    timeout = min(number("Timeout", 60), LONGEST_TIMEOUT_S)
    wanted = Wanted(
        step,
        timeout,
        callback,
        detect_machine=bool(form.get("MachineDetection")),
        fallback=form.get("FallbackUrl", ""),
    )
    return jsonify(call_json(network, call_phone(network, sender, to, wanted))), 201


def progress_asked() -> Callback:
    form = request.form
    events = tuple(" ".join(form.getlist("StatusCallbackEvent")).split()) or ("completed",)
    return Callback(form.get("StatusCallback", ""), form.get("StatusCallbackMethod", "POST"), events)


def check_call(to: str, sender: str) -> None:
    """What Twilio refuses at once."""
    magic = CALL_TO.get(to) or CALL_FROM.get(sender)
    if magic:
        raise Refusal(magic)
    checks = (
        (not to, 21201),
        (not sender, 21213),
        (not is_address(to), 21211),
        (not is_number(sender), 21212),
    )
    code = next((code for wrong, code in checks if wrong), 0)
    if code:
        raise Refusal(code)


def instructions() -> Step:
    """The document given with the call, or where to ask for it."""
    form = request.form
    if form.get("Twiml"):
        try:
            return twiml.read(form["Twiml"], here().settings.portal_url + "/", twiml.VOICE)
        except twiml.TwimlError as error:
            raise Refusal(20001, f"Invalid Twiml: {error}") from error
    if form.get("Url"):
        return Next(form["Url"], form.get("Method", "POST"))
    return None


@rest.get(f"{ACCOUNT}/Calls.json")
def list_calls(account: str) -> Response:
    network = here()
    with network.changed:
        kept = list(network.calls.values())
    equal = {
        "To": lambda call: call.to,
        "From": lambda call: call.sender,
        "ParentCallSid": lambda call: call.parent,
        "Status": lambda call: call.status,
    }
    times = {"StartTime": lambda call: call.started or call.created, "EndTime": lambda call: call.ended}
    return page_of("calls", matching(kept, equal, times), lambda call: call_json(network, call))


@rest.get(f"{ACCOUNT}/Calls/<sid>.json")
def read_call(account: str, sid: str) -> Response:
    return jsonify(call_json(here(), found(here().calls, sid)))


@rest.post(f"{ACCOUNT}/Calls/<sid>.json")
def update_call(account: str, sid: str) -> Response:
    """End it (`Status`), or give it new instructions (`Twiml`, `Url`), which take it out of any queue."""
    network = here()
    call = found(network.calls, sid)
    status = request.form.get("Status", "")
    step = None if status else instructions()
    with network.changed:
        order(network, call, status, step)
    return jsonify(call_json(network, call))


def order(network: Network, call: Call, status: str, step: Step) -> None:
    """End it, or send it elsewhere."""
    leg = network.legs.get(call.sid)
    if leg is None or (step is not None and call.status != "in-progress"):
        raise Refusal(21220)
    if status == "completed" or (status == "canceled" and call.status in {"queued", "ringing"}):
        leg.hang_up()
    elif step is not None:
        leg.fallback = request.form.get("FallbackUrl") or leg.fallback
        leg.give(step)


@rest.delete(f"{ACCOUNT}/Calls/<sid>.json")
def delete_call(account: str, sid: str) -> tuple[str, int]:
    network = here()
    call = found(network.calls, sid)
    if call.live:
        raise Refusal(20001, "A call that is going on cannot be deleted")
    network.forget(network.calls, call)
    return "", 204
