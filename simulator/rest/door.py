"""The REST door: who may come in, what the switches do to it, lists cut into pages, Twilio's errors."""

from __future__ import annotations

import hmac
import socket
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from time import sleep
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, current_app, g, jsonify, request
from werkzeug.exceptions import HTTPException

from simulator.ground.network import VERSION, Network
from simulator.rest.refusals import Refusal

Thing = TypeVar("Thing")
ACCOUNT = f"/{VERSION}/Accounts/<account>"
REFUSED = {"too_many": 20429, "error": 20503, "broken": 20500}
rest = Blueprint("rest", __name__)


def here() -> Network:
    network: Network = current_app.extensions["network"]
    return network


@rest.before_request
def guard() -> None:
    """The switches come first, as a provider in trouble does; then the account and its token."""
    fault = here().faults.draw("requests")
    if fault:
        here().log("fault", text=f"{fault} {request.method} {request.path}")
    if fault == "refuse":
        _hang_up()
        abort(502)
    if fault in REFUSED:
        raise Refusal(REFUSED[fault])
    g.fault = fault
    settings, given = here().settings, request.authorization
    good = given is not None and hmac.compare_digest(given.username or "", settings.account_sid)
    if not good or not hmac.compare_digest((given.password or "") if given else "", settings.auth_token):
        raise Refusal(20003)
    if (request.view_args or {}).get("account") != settings.account_sid:
        raise Refusal(20404)


@rest.after_request
def say_nothing(response: Response) -> Response:
    """The worst answer for whoever sends: it was done, and they will never know."""
    if g.get("fault") in {"silence", "slow"}:
        sleep(here().faults.silence_s)
    if g.get("fault") == "silence":
        _hang_up()
    return response


def _hang_up() -> None:
    """Close the connection without a word: only the development server shows its socket."""
    connection = request.environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)


@rest.errorhandler(Refusal)
def refuse(refusal: Refusal) -> tuple[Response, int]:
    return jsonify(refusal.told()), refusal.status


@rest.errorhandler(HTTPException)
def refuse_otherwise(error: HTTPException) -> tuple[Response, int]:
    code = {404: 20404, 405: 20405}.get(error.code or 500, 20500)
    return refuse(Refusal(code))


def found(table: dict[str, Thing], sid: str) -> Thing:
    if sid not in table:
        raise Refusal(20404, f"The requested resource {request.path} was not found")
    return table[sid]


def number(name: str, default: float = 0) -> float:
    try:
        return float(request.values.get(name) or default)
    except ValueError as error:
        raise Refusal(20001, f"Invalid parameter {name}") from error


def page_of(key: str, things: Sequence[Thing], show: Callable[[Thing], dict[str, Any]]) -> Response:
    """One page of a list, with the addresses of the others."""
    size = int(min(max(number("PageSize", 50), 1), 1000))
    page = int(max(number("Page"), 0))
    shown = things[page * size : (page + 1) * size]
    more = len(things) > (page + 1) * size
    return jsonify(
        {
            key: [show(thing) for thing in shown],
            "page": page,
            "page_size": size,
            "start": page * size,
            "end": max(page * size + len(shown) - 1, 0),
            "uri": _page_uri(page, size),
            "first_page_uri": _page_uri(0, size),
            "next_page_uri": _page_uri(page + 1, size) if more else None,
            "previous_page_uri": _page_uri(page - 1, size) if page else None,
        }
    )


def _page_uri(page: int, size: int) -> str:
    kept = [
        (name, value) for name, value in request.args.items(multi=True) if name not in {"Page", "PageSize"}
    ]
    return f"{request.path}?{urlencode([*kept, ('PageSize', size), ('Page', page)])}"


def matching(
    things: Sequence[Thing],
    equal: dict[str, Callable[[Thing], str]],
    times: dict[str, Callable[[Thing], float | None]],
) -> list[Thing]:
    """What the query lets through, newest first: `To=`, `DateSent=`, `DateSent>=`, `DateSent<=`."""
    kept = list(things)
    for name, of in equal.items():
        wanted = request.args.get(name)
        if wanted:
            kept = [thing for thing in kept if of(thing) == wanted]
    for name, moment in times.items():
        since, before = _interval(name)
        if since is not None or before is not None:
            kept = [thing for thing in kept if _between(moment(thing), since, before)]
    return kept[::-1]


def _between(moment: float | None, since: float | None, before: float | None) -> bool:
    if moment is None:
        return False
    return (since is None or moment >= since) and (before is None or moment < before)


def _interval(name: str) -> tuple[float | None, float | None]:
    """A day, or from one moment up to another (the `<` and `>` stand in the parameter's name)."""
    day = request.args.get(name)
    if day:
        return _moment(name, day[:10])
    since, before = request.args.get(name + ">"), request.args.get(name + "<")
    return (_moment(name, since)[0] if since else None, _moment(name, before)[1] if before else None)


def _moment(name: str, text: str) -> tuple[float, float]:
    """Start and end of what is written: a day lasts a day, a moment a second."""
    try:
        if len(text) == 10:
            start = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC).timestamp()
            return start, start + 86400
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refusal(20001, f"Invalid date in {name}") from error
    start = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return start, start + 1
