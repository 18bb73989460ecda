"""The phones' door: what a hand does with a phone, by the page's forms or as JSON by tests."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from simulator.calls import placing
from simulator.calls.placing import Impossible
from simulator.ground.network import Network
from simulator.ground.numbers import EMERGENCY, is_address, is_fictional, is_name, is_short, normal
from simulator.pages.view import phone_state, stamp
from simulator.texts import sending

LONGEST_WAIT_S = 25.0
KEYS = frozenset("0123456789*#")
phones = Blueprint("phones", __name__)


def here() -> Network:
    network: Network = current_app.extensions["network"]
    return network


@phones.before_app_request
def refuse_other_sites() -> None:
    """A page of another site must not press our keys: browsers say where a form comes from."""
    origin = request.headers.get("Origin")
    if request.method != "GET" and origin and urlsplit(origin).netloc != request.host:
        abort(403)


@phones.errorhandler(Impossible)
def say_why(reason: Impossible) -> tuple[AnyResponse, int] | AnyResponse:
    if wants_json():
        return jsonify({"error": str(reason)}), 409
    here().log("refusal", text=str(reason))
    return back(str(reason))


def wants_json() -> bool:
    return request.is_json or request.accept_mimetypes.best == "application/json"


def said() -> dict[str, Any]:
    """What came with the request, by a form or as JSON."""
    if request.is_json:
        given = request.get_json(silent=True)
        return given if isinstance(given, dict) else {}
    return {name: values[-1] for name, values in request.form.lists()}


def back(problem: str = "") -> AnyResponse:
    """To the page the form was on, which may have to say why nothing was done."""
    target = request.form.get("back", "/")
    target = target if target.startswith("/") and not target.startswith(("//", "/\\")) else "/"
    if problem:
        current_app.extensions["problems"][target] = problem
    return redirect(target, 303)


def held(number: str) -> str:
    """A phone that may be picked up: in the ranges for fiction, or one the network already knows."""
    number = normal(number)
    known = number in here().phones
    if not known and not (is_fictional(number) or (is_address(number) and not number.startswith("+"))):
        raise Impossible("Choisissez un numéro réservé à la fiction, par exemple 06 39 98 00 01.")
    return number


def done(number: str, status: int = 200) -> AnyResponse:
    if not wants_json():
        return back()
    response = jsonify(phone_state(here(), number))
    response.status_code = status
    return response


@phones.get("/phones")
def list_phones() -> Response:
    network = here()
    lines = [{"number": line.number, "name": line.name} for line in list(network.lines.values())]
    return jsonify(
        {"phones": [phone_state(network, number) for number in list(network.phones)], "lines": lines}
    )


@phones.get("/phones/<number>")
def read_phone(number: str) -> Response:
    """The phone as it is; with `since` (a stamp) and `wait` (seconds), once it has changed."""
    network, number = here(), held(number)
    since, wait = request.args.get("since", ""), min(float(request.args.get("wait", 0)), LONGEST_WAIT_S)
    if since:
        network.wait(lambda: stamp(phone_state(network, number)) != since, wait, number)
    state = phone_state(network, number)
    return jsonify(state | {"stamp": stamp(state)})


@phones.post("/phones/<number>")
def change_phone(number: str) -> AnyResponse:
    """Its name, and whether the network reaches it."""
    network, number, wanted = here(), held(number), said()
    with network.changed:
        phone = network.phone(number)
        phone.name = str(wanted.get("name", phone.name))[:60]
        if "reachable" in wanted:
            phone.reachable = str(wanted["reachable"]).lower() in {"1", "true", "on"}
        network.notify(number)
    return done(number)


@phones.post("/phones/<number>/call")
def call(number: str) -> AnyResponse:
    wanted = said()
    number = held(number)
    placing.call_line(here(), number, str(wanted.get("to", "")), hidden=bool(wanted.get("hidden")))
    return done(number, 201)


@phones.post("/phones/<number>/answer")
def answer(number: str) -> AnyResponse:
    number = held(number)
    placing.answer(here(), number, str(said().get("by") or placing.HUMAN))
    return done(number)


@phones.post("/phones/<number>/refuse")
def refuse(number: str) -> AnyResponse:
    number = held(number)
    placing.refuse(here(), number)
    return done(number)


@phones.post("/phones/<number>/hangup")
def hang_up(number: str) -> AnyResponse:
    number = held(number)
    placing.hang_up(here(), number)
    return done(number)


@phones.post("/phones/<number>/put-away")
def put_away(number: str) -> AnyResponse:
    """Clear the traces of the last call from the screen."""
    network, number = here(), held(number)
    with network.changed:
        state = phone_state(network, number)
        if state["state"] == "over":
            network.phone(number).put_away = state["call"]["sid"]
            network.notify(number)
    return done(number)


@phones.post("/phones/<number>/keys")
def press(number: str) -> AnyResponse:
    number, keys = held(number), "".join(str(said().get("keys", "")).split())
    if not keys or not set(keys) <= KEYS:
        raise Impossible("Les touches sont les chiffres, * et #.")
    _talking(number).press(keys)
    return done(number)


@phones.post("/phones/<number>/speech")
def speak(number: str) -> AnyResponse:
    number, words = held(number), str(said().get("text", "")).strip()[:2000]
    if words:
        _talking(number).speak(words)
    return done(number)


@phones.post("/phones/<number>/typing")
def typing(number: str) -> tuple[str, int]:
    """Somebody is typing what they will say: a person would already be speaking."""
    placing.typing(here(), held(number))
    return "", 204


@phones.post("/phones/<number>/texts")
def write(number: str) -> AnyResponse:
    number, wanted = held(number), said()
    to, body = normal(str(wanted.get("to", ""))), str(wanted.get("body", ""))[:1600].replace("\r\n", "\n")
    if is_name(to):
        sending.write_in_vain(here(), number, to, body)
        return done(number, 201)
    if not (is_address(to) or is_short(to)) or to == number or to in EMERGENCY:
        raise Impossible("Ce numéro ne mène nulle part.")
    sending.write(here(), number, to, body, hidden=bool(wanted.get("hidden")))
    return done(number, 201)


def _talking(number: str) -> placing.Leg:
    leg = placing.leg_of(here(), number)
    if leg.call.status != "in-progress":
        raise Impossible("Personne n’a encore décroché.")
    return leg
