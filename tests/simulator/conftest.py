"""A network of its own for each test, and a portal made of a few lines that answers what the test tells it to."""

import threading
from dataclasses import dataclass, field
from time import monotonic, sleep
from urllib.parse import unquote

import pytest
from flask import Flask, Response, request
from werkzeug.serving import make_server

from simulator import Settings, start
from simulator.server import _Quiet

TOKEN = "jeton-de-test"
ACCOUNT = "AC" + "1" * 32
LINE = "+33199000010"


@dataclass
class Seen:
    path: str
    fields: dict
    signature: str
    url: str
    method: str
    token: str


@dataclass
class Portal:
    """Answers each path with what `says` holds for it: TwiML, a list of TwiML (one a time), a status or a function."""

    url: str = ""
    says: dict = field(default_factory=dict)
    seen: list = field(default_factory=list)

    def answer(self, path):
        said = self.says.get(path, "")
        if isinstance(said, list):
            said = said.pop(0) if len(said) > 1 else said[0]
        if isinstance(said, Response):
            return said
        if callable(said):
            said = said()
        if isinstance(said, int):
            return Response("", said)
        return Response(f"<Response>{said}</Response>", content_type="text/xml")

    def at(self, path):
        return [seen.fields for seen in list(self.seen) if seen.path == path]

    def wait_for(self, path, count=1, seconds=60):
        limit = monotonic() + seconds
        while len(self.at(path)) < count:
            assert monotonic() < limit, f"{path}: {self.at(path)} in {[seen.path for seen in self.seen]}"
            sleep(0.01)
        return self.at(path)


def serve(app):
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return server


@pytest.fixture
def portal():
    app, portal = Flask("a_portal"), Portal()

    @app.route("/", defaults={"path": ""}, methods=["GET", "POST"])
    @app.route("/<path:path>", methods=["GET", "POST"])
    def anything(path):
        signature = request.headers.get("X-Twilio-Signature", "")
        token = request.headers.get("I-Twilio-Idempotency-Token", "")
        fields = request.form.to_dict()
        portal.seen.append(Seen("/" + path, fields, signature, unquote(request.url), request.method, token))
        return portal.answer("/" + path)

    server = serve(app)
    portal.url = f"http://127.0.0.1:{server.server_port}"
    yield portal
    server.shutdown()
    server.server_close()


@pytest.fixture
def settings(portal):
    return Settings(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        portal_url=portal.url,
        pace=0,
        patience=0.2,  # a second and a half of ringing was too short for machines that do much else
        step_s=0.01,
        hold_s=0.05,
        calls_per_second=None,
    )


@pytest.fixture
def network(settings):
    with start(settings) as running:
        yield running


@pytest.fixture
def phone(network):
    return network.handset("+33639980001")


@pytest.fixture
def agent(network):
    return network.handset("+33199000050")


@pytest.fixture
def api(network):
    from portal.telephony.client import make_client

    return make_client(ACCOUNT, TOKEN, network.url)
