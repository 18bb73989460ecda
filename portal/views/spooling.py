"""What comes while the database is away is written to the spool and acknowledged; a worker does it again.

Only requests that were judged without the database are kept: webhooks whose signature is right, forms whose token is.
Done again, they go through the same doors: a webhook told twice is one by its id, a form by its key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from tempfile import SpooledTemporaryFile
from typing import Any, cast

from flask import Flask, current_app, request

from portal import clock, spool
from portal.brisk import Way
from portal.views.context import settings

BODY = "relais.body"
LARGEST = 26 * 1024 * 1024
KEPT = re.compile(r"/telephone/|/[a-z]{2}/requests/(new|thread)$")
HEADERS = ("Content-Type", "Cookie", "Accept-Language", "User-Agent", "X-Twilio-Signature")


class KeepBody:
    """Reads the body of what may have to be kept once, so that it can be read again as it came."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        may_be_kept = environ["REQUEST_METHOD"] == "POST" and KEPT.match(environ.get("PATH_INFO", ""))
        if not may_be_kept or length > LARGEST:
            return self.app(environ, start_response)
        with SpooledTemporaryFile(max_size=256 * 1024) as body:
            body.write(environ["wsgi.input"].read(length))
            body.seek(0)
            environ["wsgi.input"] = environ[BODY] = body
            return self.app(environ, start_response)


def keep_request() -> bool:
    """Writes this request to the spool; False where it may not be or no disk takes it: it is then not acknowledged."""
    body = request.environ.get(BODY)
    if body is None or clock.is_past():
        return False
    told = {
        "received_at": clock.now().isoformat(),
        "path": request.path,
        "query": request.query_string.decode("ascii", "replace"),
        "headers": {name: request.headers[name] for name in HEADERS if name in request.headers},
        "address": request.remote_addr or "",
    }
    whose = _whose()
    body.seek(0)
    try:
        spool.keep(settings().spool_dir, told, body, whose=whose)
    except OSError:
        current_app.logger.error("the spool takes nothing: %s", settings().spool_dir)
        return False
    return True


def _whose() -> str:
    """Whom this must be done again in order with: a caller, a writer, a browser. What is told of a telephone that we
    called, or of a text that we sent, bears a number of ours: each is for itself."""
    told = request.form
    if told.get("Direction", "").startswith("outbound") or "MessageStatus" in told:
        return told.get("CallSid") or told.get("MessageSid", "")
    return told.get("From") or told.get("CallSid") or request.headers.get("Cookie", "")


def way() -> Way:
    """Whether the database is worth asking."""
    return cast(Way, current_app.extensions["way"])


def check_way() -> None:
    """Gives up at once while the database is known to be away. What is done again tries by itself."""
    if not clock.is_past():
        way().check()


def init_app(app: Flask) -> None:
    app.extensions["way"] = Way()
    app.wsgi_app = KeepBody(app.wsgi_app)  # type: ignore[method-assign]  # Flask says to wrap it so
