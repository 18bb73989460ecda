"""`<Enqueue>`: waiting in a queue, hearing what the line plays, until somebody or something ends it."""

from __future__ import annotations

from time import monotonic, time

from simulator.calls.leg import Bridge, Left, Leg, Over, Redirected, Taken
from simulator.calls.script import Next, Step, follow, log_error, verb
from simulator.ground.records import Queue
from simulator.ground.twiml import BEFORE_BRIDGE, MUSIC, WAITING, Document, TwimlError, Verb

MUSIC_S = 30.0


@verb
def enqueue(leg: Leg, order: Verb, document: Document) -> Step:
    """Wait; then tell `action` how it ended, or go on with the next verb when there is none."""
    queue = leg.network.queue(order.text or "default")
    result = "queue-full"
    joined = _join(leg, queue)
    try:
        if joined:
            result = _wait(leg, queue, order, document)
    except (Over, Redirected) as interruption:
        over = isinstance(interruption, Over)
        if leg.was_bridged:
            result = "bridged" if over else "redirected-from-bridged"
        else:
            result = "hangup" if over else "redirected"
        _tell_of_leaving(leg, queue, order, document, result)
        raise
    finally:
        waited = _quit(leg, queue)
    if not order.get("action"):
        return None
    fields = _result(queue, result, waited)
    return Next(document.leads_to(order.get("action")), order.get("method", "POST"), fields)


def _join(leg: Leg, queue: Queue) -> bool:
    with leg.network.changed:
        if len(queue.waiting) >= queue.max_size:
            return False
        queue.waiting.append(leg.call.sid)
        queue.since[leg.call.sid] = time()
        leg.call.queue = leg.queue_name = queue.name
        leg.taken_by, leg.was_bridged = None, False
        leg.network.notify(queue.sid)
        leg.ring()
    return True


def _quit(leg: Leg, queue: Queue) -> int:
    """Out of the queue; the seconds it took."""
    sid = leg.call.sid
    with leg.network.changed:
        if sid in queue.waiting:
            queue.waiting.remove(sid)
        since = queue.since.pop(sid, None)
        if since is not None:
            leg.call.queue_s = time() - since
        leg.call.queue = leg.queue_name = ""
        leg.taken_by, leg.was_bridged = None, False
        leg.network.notify(queue.sid)
        leg.ring()
    return round(leg.call.queue_s)


def _wait(leg: Leg, queue: Queue, order: Verb, document: Document) -> str:
    while True:
        try:
            _hear_waiting(leg, queue, order, document)
        except Left:
            return "leave"
        except TwimlError as error:
            log_error(leg, error)
            return "error"
        except Taken:
            if _talk(leg, queue):
                return "bridged"


def _hear_waiting(leg: Leg, queue: Queue, order: Verb, document: Document) -> None:
    """The waiting document once; one that ends at once is not asked for again at once."""
    started = monotonic()
    if not order.get("waitUrl"):
        leg.hear("line", MUSIC, "sound")
        leg.wait(lambda: False, MUSIC_S)
        return
    url, method = document.leads_to(order.get("waitUrl")), order.get("waitUrlMethod", "POST")
    again_s = leg.network.settings.hold_s
    follow(leg, Next(url, method, _position(leg, queue)), WAITING, again_s)
    leg.wait(lambda: False, again_s - (monotonic() - started))


def _position(leg: Leg, queue: Queue) -> dict[str, str]:
    with leg.network.changed:
        waiting, since = list(queue.waiting), queue.since.get(leg.call.sid, time())
        average = queue.average_wait()
    position = waiting.index(leg.call.sid) + 1 if leg.call.sid in waiting else 1
    return {
        "QueueSid": queue.sid,
        "QueuePosition": str(position),
        "QueueTime": str(round(time() - since)),
        "AvgQueueTime": str(average),
        "CurrentQueueSize": str(len(waiting)),
    }


def _talk(leg: Leg, queue: Queue) -> bool:
    """Hear what the taker wants heard first, then talk; False when the taker is gone before."""
    taker = leg.taken_by
    name, leg.queue_name = leg.queue_name, ""  # what interrupted the wait must not interrupt the talk
    if taker is None or taker.hung_up:
        _go_back(leg, queue, name)
        return False
    if isinstance(taker.whisper, Next):
        step = taker.whisper
        follow(leg, Next(step.url, step.method, {**step.fields, **_position(leg, queue)}), BEFORE_BRIDGE)
    with leg.network.changed:
        if taker.hung_up or not taker.call.live:
            _go_back(leg, queue, name)
            return False
        bridge = leg.bridge = taker.bridge = Bridge(leg, taker)
        leg.was_bridged = True
        leg.keys.clear()
        if leg.call.sid in queue.waiting:
            queue.waiting.remove(leg.call.sid)
        leg.call.queue_s = time() - queue.since.pop(leg.call.sid, time())
        leg.network.notify(queue.sid)
        leg.ring()
        taker.ring()
    try:
        leg.wait(lambda: not bridge.open, 24 * 3600)
    finally:
        bridge.end()
    return True


def _go_back(leg: Leg, queue: Queue, name: str) -> None:
    """The taker went: wait again, at the same place."""
    with leg.network.changed:
        leg.taken_by, leg.queue_name = None, name
        leg.network.notify(queue.sid)
        leg.ring()


def _result(queue: Queue, result: str, waited: int) -> dict[str, str]:
    return {"QueueResult": result, "QueueSid": queue.sid, "QueueTime": str(waited)}


def _tell_of_leaving(leg: Leg, queue: Queue, order: Verb, document: Document, result: str) -> None:
    """Nobody is left to follow the answer, or other instructions are: the action is only told."""
    if not order.get("action"):
        return
    since = queue.since.get(leg.call.sid)
    waited = round(time() - since if since else leg.call.queue_s)
    fields = _result(queue, result, waited)
    if result in {"hangup", "bridged"}:
        fields["CallStatus"] = "completed"
    url = document.leads_to(order.get("action"))
    leg.network.tell(
        leg.call.sid, url, leg.network.call_fields(leg.call, **fields), order.get("method", "POST")
    )
