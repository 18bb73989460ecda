"""What answers where the portal looks for the network: every call of the crowd exists, every text is taken."""

from __future__ import annotations

import json
import random
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bench.crowd import Crowd


def rest(crowd: Crowd, port: int) -> ThreadingHTTPServer:
    """Listens on this port, until it is shut down."""

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:  # the name is http.server's
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            fields = {name: values[0] for name, values in parse_qs(body).items()}
            last = urlsplit(self.path).path.rsplit("/", 1)[1].removesuffix(".json")
            if last.startswith("CA"):
                crowd.redirect(last, fields)
            sid = last if last.startswith("CA") else f"SM{random.getrandbits(128):032x}"
            self._tell(
                {"sid": sid, "status": "queued", "body": fields.get("Body", ""), "to": fields.get("To", "")}
            )

        def do_GET(self) -> None:  # the name is http.server's
            asked = urlsplit(self.path)
            last, going_on = asked.path.rsplit("/", 1)[1].removesuffix(".json"), crowd.going_on()
            if last.startswith("CA"):
                over = {"sid": last, "status": "completed"}
                self._tell(next((call for call in going_on if call["sid"] == last), over))
            elif last == "Calls":
                all_of_them = parse_qs(asked.query).get("Status", ["in-progress"]) == ["in-progress"]
                self._tell({"calls": going_on if all_of_them else [], "next_page_uri": None})
            else:
                self._tell({"messages": [], "next_page_uri": None})

        def _tell(self, told: dict[str, Any]) -> None:
            text = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", port), Answer)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
