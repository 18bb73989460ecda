"""REST: calls placed, read, listed, sent elsewhere and ended; the queues they wait in."""

from __future__ import annotations

from flask import Response, jsonify, request

from simulator.calls.placing import Wanted, call_phone
from simulator.calls.script import Next, Step
from simulator.ground import twiml
from simulator.ground.network import Network
from simulator.ground.numbers import is_address, is_number, normal
from simulator.ground.records import Call, Callback, Queue
from simulator.rest.door import ACCOUNT, found, here, matching, number, page_of, rest
from simulator.rest.refusals import CALL_FROM, CALL_TO, Refusal
from simulator.rest.resources import call_json, member_json, queue_json

LONGEST_TIMEOUT_S = 600


@rest.post(f"{ACCOUNT}/Calls.json")
def create_call(account: str) -> tuple[Response, int]:
    network, form = here(), request.form
    to, sender = normal(form.get("To", "")), normal(form.get("From", ""))
    _check(to, sender)
    step = _instructions()
    if step is None:
        raise Refusal(21205)
    events = tuple(form.getlist("StatusCallbackEvent")) or ("completed",)
    callback = Callback(form.get("StatusCallback", ""), form.get("StatusCallbackMethod", "POST"), events)
    timeout = min(number("Timeout", 60), LONGEST_TIMEOUT_S)
    wanted = Wanted(step, timeout, callback, detect_machine=bool(form.get("MachineDetection")))
    return jsonify(call_json(network, call_phone(network, sender, to, wanted))), 201


def _check(to: str, sender: str) -> None:
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


def _instructions() -> Step:
    """The document given with the call, or where to ask for it."""
    form = request.form
    if form.get("Twiml"):
        try:
            return twiml.read(form["Twiml"], here().settings.portal_url + "/", twiml.VOICE)
        except twiml.TwimlError as error:
            raise Refusal(20001, f"Invalid Twiml: {error}") from error
    if form.get("Url"):
        return Next(form["Url"], form.get("Method", "POST"), fallback=form.get("FallbackUrl", ""))
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
    step = None if status else _instructions()
    with network.changed:
        _order(network, call, status, step)
    return jsonify(call_json(network, call))


def _order(network: Network, call: Call, status: str, step: Step) -> None:
    leg = network.legs.get(call.sid)
    if leg is None or (step is not None and call.status != "in-progress"):
        raise Refusal(21220)
    if status == "completed" or (status == "canceled" and call.status in {"queued", "ringing"}):
        leg.hung_up = True
    elif step is not None:
        leg.order = step
    network.notify()


@rest.delete(f"{ACCOUNT}/Calls/<sid>.json")
def delete_call(account: str, sid: str) -> tuple[str, int]:
    network = here()
    if found(network.calls, sid).live:
        raise Refusal(20001, "A call that is going on cannot be deleted")
    with network.changed:
        del network.calls[sid]
        network.notify()
    return "", 204


@rest.get(f"{ACCOUNT}/Queues.json")
def list_queues(account: str) -> Response:
    network = here()
    return page_of("queues", list(network.queues.values()), lambda queue: queue_json(network, queue))


@rest.post(f"{ACCOUNT}/Queues.json")
def create_queue(account: str) -> tuple[Response, int]:
    network, name = here(), request.form.get("FriendlyName", "")
    if any(queue.name == name for queue in list(network.queues.values())):
        raise Refusal(22210)
    queue = network.keep(network.queues, Queue(name, int(number("MaxSize", 1000))))
    return jsonify(queue_json(network, queue)), 201


@rest.get(f"{ACCOUNT}/Queues/<sid>.json")
def read_queue(account: str, sid: str) -> Response:
    return jsonify(queue_json(here(), found(here().queues, sid)))


@rest.get(f"{ACCOUNT}/Queues/<sid>/Members.json")
def list_members(account: str, sid: str) -> Response:
    network = here()
    queue = found(network.queues, sid)
    return page_of("queue_members", list(queue.waiting), lambda call: member_json(network, queue, call))


@rest.get(f"{ACCOUNT}/Queues/<sid>/Members/<member>.json")
def read_member(account: str, sid: str, member: str) -> Response:
    queue = found(here().queues, sid)
    return jsonify(member_json(here(), queue, _member(queue, member)))


@rest.post(f"{ACCOUNT}/Queues/<sid>/Members/<member>.json")
def dequeue_member(account: str, sid: str, member: str) -> Response:
    """Give whoever waits new instructions: they leave the queue."""
    network = here()
    queue = found(network.queues, sid)
    with network.changed:
        call = _member(queue, member)
        shown = member_json(network, queue, call)
        _order(network, network.calls[call], "", _instructions())
    return jsonify(shown)


def _member(queue: Queue, member: str) -> str:
    waiting = {sid: sid for sid in queue.waiting}
    if queue.waiting:
        waiting["Front"] = queue.waiting[0]
    return found(waiting, member)
