"""The switches' door: read, turned and put back, as JSON or by the page's form; and the journal."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from werkzeug.wrappers import Response as AnyResponse

from simulator.pages.phones import back, here, said, wants_json
from simulator.webhooks.faults import FAMILIES

switches = Blueprint("switches", __name__)


@switches.get("/network.json")
def read() -> Response:
    return jsonify(here().faults.told())


@switches.post("/network")
def turn() -> tuple[Response, int] | AnyResponse:
    """JSON as `Faults.turn` takes it; a form has one field a fault, in percent."""
    wanted = said() if request.is_json else _from_form()
    try:
        here().faults.turn(wanted)
    except (ValueError, TypeError, AttributeError) as error:
        return (jsonify({"error": str(error)}), 400) if wants_json() else back(str(error))
    return jsonify(here().faults.told()) if wants_json() else back()


@switches.post("/network/reset")
def reset() -> AnyResponse:
    here().faults.reset()
    return jsonify(here().faults.told()) if wants_json() else back()


@switches.post("/network/hold")
def hold() -> AnyResponse:
    """Callbacks are put aside from now on."""
    here().dispatcher.hold()
    return jsonify({"held": True}) if wants_json() else back()


@switches.post("/network/release")
def release() -> tuple[Response, int] | AnyResponse:
    """What was put aside goes now: `{"order": "kept" | "reversed" | "shuffled"}`."""
    try:
        told = here().dispatcher.release(str(said().get("order") or "kept"), here().faults.seed)
    except ValueError as error:
        return (jsonify({"error": str(error)}), 400) if wants_json() else back(str(error))
    return jsonify({"released": told}) if wants_json() else back()


@switches.get("/network/journal")
def journal() -> Response:
    """Webhooks made, errors met and faults dealt, oldest first."""
    with here().changed:
        return jsonify(list(here().journal))


def _from_form() -> dict[str, object]:
    """`callbacks.lose=10` is a chance of a tenth."""
    wanted: dict[str, object] = {}
    for family, faults in FAMILIES.items():
        wanted[family] = {fault: float(request.form.get(f"{family}.{fault}") or 0) / 100 for fault in faults}
    wanted["parallel"] = "parallel" in request.form
    plain = ("delay_s", "silence_s", "copies", "seed")
    return wanted | {name: request.form[name] for name in plain if request.form.get(name)}
