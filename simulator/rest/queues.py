"""REST: queues, and who waits in them: read, called out."""

from __future__ import annotations

from flask import Response, jsonify, request

from simulator.ground.records import Queue
from simulator.rest.calls import instructions, order
from simulator.rest.door import ACCOUNT, found, here, number, page_of, rest
from simulator.rest.refusals import Refusal
from simulator.rest.resources import member_json, queue_json

LONGEST_NAME = 64


@rest.get(f"{ACCOUNT}/Queues.json")
def list_queues(account: str) -> Response:
    network = here()
    return page_of("queues", list(network.queues.values()), lambda queue: queue_json(network, queue))


@rest.post(f"{ACCOUNT}/Queues.json")
def create_queue(account: str) -> tuple[Response, int]:
    network, name = here(), request.form.get("FriendlyName", "")
    if any(queue.name == name for queue in list(network.queues.values())):
        raise Refusal(22210)
    if not name or len(name) > LONGEST_NAME:
        raise Refusal(20001, "Invalid FriendlyName")
    queue = network.keep(network.queues, Queue(name, int(number("MaxSize", 1000))))
    return jsonify(queue_json(network, queue)), 201


@rest.get(f"{ACCOUNT}/Queues/<sid>.json")
def read_queue(account: str, sid: str) -> Response:
    return jsonify(queue_json(here(), found(here().queues, sid)))


@rest.post(f"{ACCOUNT}/Queues/<sid>.json")
def update_queue(account: str, sid: str) -> Response:
    network = here()
    queue = found(network.queues, sid)
    with network.changed:
        queue.name = request.form.get("FriendlyName") or queue.name
        queue.max_size = int(number("MaxSize", queue.max_size))
    return jsonify(queue_json(network, queue))


@rest.delete(f"{ACCOUNT}/Queues/<sid>.json")
def delete_queue(account: str, sid: str) -> tuple[str, int]:
    """Only an empty one may go."""
    network = here()
    queue = found(network.queues, sid)
    if queue.waiting:
        raise Refusal(20001, "A queue where somebody waits cannot be deleted")
    network.forget(network.queues, queue)
    return "", 204


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
        order(network, network.calls[call], "", instructions())
    return jsonify(shown)


def _member(queue: Queue, member: str) -> str:
    waiting = {sid: sid for sid in queue.waiting}
    if queue.waiting:
        waiting["Front"] = queue.waiting[0]
    return found(waiting, member)
