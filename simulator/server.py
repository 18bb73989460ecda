"""The server: the application, and a way to run it inside a test or from the command line."""

from __future__ import annotations

import threading
from copy import copy
from dataclasses import dataclass, replace
from functools import cache
from time import monotonic
from types import TracebackType
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from simulator.ground import keeping
from simulator.ground.network import VERSION, Network
from simulator.ground.settings import Settings
from simulator.handset import LONGEST_S, Handset
from simulator.pages.home import pages
from simulator.pages.phones import phones
from simulator.pages.switches import switches
from simulator.rest import calls, conferences, lines, queues, recordings, texts  # noqa: F401 (their doors)
from simulator.rest.door import rest
from simulator.rest.refusals import Refusal

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

# How often the server looks whether it should stop.
STOPS_WITHIN_S = 0.05


def create_app(settings: Settings | None = None) -> Flask:
    """The application over a network of its own (`app.extensions["network"]`)."""
    app = copy(_doors())
    network = Network(settings or Settings())
    app.extensions = {"network": network, "problems": {}}
    keeping.keep_saving(network)
    return app


@cache
def _doors() -> Flask:
    """What all networks of a process share: to read the addresses of the doors takes longer than all the rest."""
    app = Flask(__name__)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # the usual provider, which has it
    for door in (rest, phones, switches, pages):
        app.register_blueprint(door)
    app.after_request(_protect)
    app.register_error_handler(404, _not_found)
    return app


def _protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _not_found(error: Exception) -> tuple[Response | str, int]:
    if request.path.startswith(f"/{VERSION}/"):
        return jsonify(Refusal(20404).told()), 404
    return "Cette page n’existe pas.", 404


class _Quiet(WSGIRequestHandler):
    """A request a line would drown what the portal has to say in the same terminal."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return


@dataclass
class Running:
    """A network that answers at `url` until it is stopped; `with start(...) as network:` stops it too."""

    url: str
    network: Network
    app: Flask
    server: BaseWSGIServer | None = None
    thread: threading.Thread | None = None

    def handset(self, number: str) -> Handset:
        return Handset(self.url, number)

    def hold_webhooks(self) -> None:
        """From now on what the portal is to be told is put aside; what it is asked still is."""
        self.network.dispatcher.hold()

    def release_webhooks(self, order: str = "kept", seconds: float = LONGEST_S) -> int:
        """Tell all of it, `kept`, `reversed` or `shuffled`, and wait until it is told; how many there were."""
        told = self.network.dispatcher.release(order, self.network.faults.seed)
        self.settle(seconds)
        return told

    def settle(self, seconds: float = LONGEST_S) -> None:
        """Until whoever hung up is gone, and the portal has been told what it is to be told at once."""
        limit = monotonic() + seconds
        gone = self.network.wait(lambda: not any(leg.hung_up for leg in self.network.legs.values()), seconds)
        if not gone or not self.network.dispatcher.settle(max(0.0, limit - monotonic())):
            raise AssertionError(f"the portal was not told all within {seconds} s")

    def go_away(self) -> None:
        """Nobody listens any more: connections are refused, until `come_back`. Calls and texts go on."""
        if self.server and self.thread:
            self.server.shutdown()
            self.thread.join(5)
            self.server.server_close()
        self.server = self.thread = None

    def come_back(self) -> None:
        """Listen again, at the same address."""
        parts = urlsplit(self.url)
        self.server = _listen(self.app, parts.hostname or "127.0.0.1", parts.port or 0)
        self.thread = _serve(self.server)

    def stop(self) -> None:
        self.network.close()
        self.go_away()

    def __enter__(self) -> Running:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.stop()


def start(settings: Settings | None = None, host: str = "127.0.0.1", port: int = 0) -> Running:
    """Serve in threads of this process; port 0 takes a free one."""
    app = create_app(settings)
    network: Network = app.extensions["network"]
    server = _listen(app, host, port)
    url = f"http://{host}:{server.server_port}"
    network.settings = replace(network.settings, own_url=url)
    return Running(url, network, app, server, _serve(server))


def _listen(app: Flask, host: str, port: int) -> BaseWSGIServer:
    server = make_server(host, port, app, threaded=True, request_handler=_Quiet)
    server.daemon_threads = True  # type: ignore[attr-defined]  # a threaded server, which has it
    return server


def _serve(server: BaseWSGIServer) -> threading.Thread:
    thread = threading.Thread(
        target=server.serve_forever, args=(STOPS_WITHIN_S,), name="network", daemon=True
    )
    thread.start()
    return thread
