"""The page: phones side by side, and the network's journal. Complete without JavaScript, live with it."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, current_app, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from simulator.calls.placing import Impossible
from simulator.ground.network import Network
from simulator.ground.numbers import FICTION, is_short, normal, spoken
from simulator.ground.records import Line
from simulator.pages.phones import LONGEST_WAIT_S, back, held, here
from simulator.pages.view import phone_state, stamp
from simulator.pages.words import FAMILY_NAMES, FAULTS, STATES, STATUSES
from simulator.webhooks.faults import FAMILIES

MOST_PHONES = 6
SUGGESTED = ("+33639980001", "+33639980002", "+33639980003", "sip:anna@valbrune.example")
pages = Blueprint("pages", __name__)


@pages.get("/media/<sid>/<name>")
def media(sid: str, name: str) -> AnyResponse:
    """Where files that came with texts are kept: whoever has the address has the file."""
    text = here().texts.get(sid)
    if text is None or name not in text.pictures:
        abort(404)
    kind, data = text.pictures[name]
    return Response(b64decode(data), mimetype=kind)


@pages.get("/")
def home() -> str:
    """The phones named in the address (`?phone=` as often as wanted), or one to begin with."""
    shown, problem = _shown()
    lines = list(here().lines.values())
    return render_template(
        "phones.html",
        phones=shown,
        problem=problem or current_app.extensions["problems"].pop(request.full_path.rstrip("?"), ""),
        others=_others({each["number"] for each in shown}),
        lines=lines,
        voice_line=_first(lines, lambda line: not is_short(line.number)),
        text_line=_first(lines, lambda line: is_short(line.number)),
        here=request.full_path.rstrip("?"),
        stamp=stamp(shown),
        full=len(shown) >= MOST_PHONES,
    )


@pages.get("/live")
def live() -> Response:
    """What changes on the phones shown, once it has changed: pieces of the page, ready to be put in place."""
    network, since = here(), request.args.get("since", "")
    watched = [each["number"] for each in _shown()[0]]
    network.wait(lambda: stamp(_shown()[0]) != since, LONGEST_WAIT_S, *watched)
    shown, _ = _shown()
    pieces = {each["number"]: {"state": each["state"], "parts": _parts(each)} for each in shown}
    return jsonify({"stamp": stamp(shown), "phones": pieces})


@pages.get("/network")
def network_page() -> str:
    with here().changed:
        journal = list(here().journal)[::-1][:100]
    return render_template(
        "network.html",
        faults=here().faults.told(),
        held=here().dispatcher.held,
        families=FAMILIES,
        journal=journal,
        problem=current_app.extensions["problems"].pop("/network", ""),
    )


@pages.post("/pick-up")
def pick_up() -> AnyResponse:
    """Add a phone to the page; the address of the page says which ones are on it."""
    try:
        number = held(request.form.get("number", ""))
    except Impossible as reason:
        return back(str(reason))
    here().phone(number)
    kept = [each for each in request.form.getlist("phone") if each != number][-MOST_PHONES + 1 :]
    return redirect("/?" + urlencode([("phone", each) for each in [*kept, number]]), 303)


def _first(lines: list[Line], suits: Callable[[Line], bool]) -> str:
    """The number to propose: the first that suits, else any."""
    chosen = next((line for line in lines if suits(line)), lines[0] if lines else None)
    return spoken(chosen.number) if chosen else ""


def _parts(state: dict[str, Any]) -> dict[str, str]:
    names = ("name", "status", "transcript", "texts")
    return {name: render_template(f"phone_{name}.html", phone=state) for name in names}


def _shown() -> tuple[list[dict[str, Any]], str]:
    # A `+` written by hand in an address arrives as a space.
    wanted = [normal(number.replace(" ", "+", number[:1] == " ")) for number in request.args.getlist("phone")]
    wanted = wanted or [SUGGESTED[0]]
    shown, problem = [], ""
    for number in list(dict.fromkeys(wanted))[:MOST_PHONES]:
        try:
            shown.append(phone_state(here(), held(number)))
        except Impossible as reason:
            problem = str(reason)
    return shown, problem


def _others(shown: set[str]) -> list[dict[str, str]]:
    """Phones that have a history, and a few to begin with."""
    network: Network = here()
    numbers = dict.fromkeys([*list(network.phones)[::-1], *SUGGESTED])
    named = {number: network.phones[number].name for number in numbers if number in network.phones}
    kept = [number for number in numbers if number not in shown][:12]
    return [{"number": each, "spoken": spoken(each), "name": named.get(each, "")} for each in kept]


@pages.app_template_filter("clock")
def clock(moment: float) -> str:
    return datetime.fromtimestamp(moment).astimezone().strftime("%H:%M:%S")


@pages.app_context_processor
def words() -> dict[str, Any]:
    ranges = ", ".join(spoken(start + "0" * (12 - len(start)))[:8] for start in FICTION)
    return {
        "states": STATES,
        "statuses": STATUSES,
        "fault_names": FAULTS,
        "family_names": FAMILY_NAMES,
        "spoken": spoken,
        "ranges": ranges,
        "portal": here().settings.portal_url,
    }
