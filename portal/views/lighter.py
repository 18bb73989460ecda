"""Style sheets, scripts and drawings leave compressed; pages never do.

A page holds its form's token and what people wrote, beside words that its address brings: how far such a page
shrinks tells a listener, guess after guess, what else is in it (BREACH). Files that are the same for everybody tell
nothing, and are most of what a first visit weighs. A proxy before us must leave pages alone too.
"""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Flask, Response, request

from portal.views.headers import FILES

TYPES = ("text/css", "text/javascript", "image/svg+xml")
SMALLEST = 500  # less would still leave in one packet


def compress(answer: Response) -> Response:
    """A file that is the same for everybody, for a browser that takes it compressed."""
    if request.endpoint not in FILES or answer.mimetype not in TYPES:
        return answer
    answer.vary.add("Accept-Encoding")
    whole = request.method == "GET" and answer.status_code == 200
    if not whole or not request.accept_encodings["gzip"]:
        return answer
    answer.direct_passthrough = False
    written = answer.get_data()
    if len(written) >= SMALLEST:
        answer.set_data(_packed(written))
        answer.headers["Content-Encoding"] = "gzip"
        answer.headers.pop("Accept-Ranges", None)
        tag, _ = answer.get_etag()
        if tag:
            answer.set_etag(tag, weak=True)  # the same file, in other bytes
    return answer


@lru_cache(maxsize=128)
def _packed(written: bytes) -> bytes:
    return gzip.compress(written, mtime=0)


def init_app(app: Flask) -> None:
    app.after_request(compress)
