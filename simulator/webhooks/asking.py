"""Calling the portal as Twilio does: signed, within its patience, once more when nobody answers the door."""

from __future__ import annotations

import uuid
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, RemoteDisconnected
from time import monotonic
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit, urlunsplit

from simulator.webhooks.signing import sign

CONNECT_S = 5.0
LARGEST = 256 * 1024
HOPS = 5
REDIRECTS = {301, 302, 303, 307, 308}
NO_CONNECTION = 11205
NO_GOOD_ANSWER = 11200


@dataclass(frozen=True)
class Asked:
    """One request, ready to be made."""

    method: str
    address: str
    headers: dict[str, str]
    body: bytes | None = None


@dataclass(frozen=True)
class Answer:
    """What the portal said, or the error number under which Twilio would log its silence."""

    url: str
    status: int = 0
    content_type: str = ""
    body: bytes = b""
    error: int = 0

    @property
    def good(self) -> bool:
        return not self.error


def ask(
    token: str,
    url: str,
    fields: Mapping[str, str],
    *,
    method: str = "POST",
    limit_s: float = 15.0,
    idempotency: str = "",
) -> Answer:
    """One signed request; a second one, with the same idempotency token, when no connection could be made."""
    address, user = _address(url, fields if method == "GET" else {})
    posted = method != "GET"
    headers = {
        "X-Twilio-Signature": sign(token, address, fields if posted else {}),
        "I-Twilio-Idempotency-Token": idempotency or str(uuid.uuid4()),
        "User-Agent": "TwilioProxy/1.1",
        "Accept": "*/*",
    }
    if posted:
        headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
    if user:
        headers["Authorization"] = "Basic " + b64encode(":".join(user).encode()).decode()
    asked = Asked(method, address, headers, urlencode(fields).encode() if posted else None)
    answer = _once(asked, limit_s)
    return _once(asked, limit_s) if answer.error == NO_CONNECTION else answer


def _address(url: str, query: Mapping[str, str]) -> tuple[str, tuple[str, str] | None]:
    """The address as called and signed: no fragment, no user (who goes into a header), fields of a GET."""
    parts = urlsplit(urldefrag(url).url)
    user = (parts.username, parts.password or "") if parts.username else None
    asked = "&".join(filter(None, [parts.query, urlencode(query)]))
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, asked, "")), user


def _once(asked: Asked, limit_s: float) -> Answer:
    limit = monotonic() + limit_s
    try:
        for _ in range(HOPS):
            answer, target = _exchange(asked, limit)
            if not target:
                return answer
            asked = _redirected(asked, answer.status, target)
    except (TimeoutError, HTTPException, ValueError) as error:
        unreached = isinstance(error, _NoConnectionInTime | RemoteDisconnected)
        return Answer(asked.address, error=NO_CONNECTION if unreached else NO_GOOD_ANSWER)
    except OSError:
        return Answer(asked.address, error=NO_CONNECTION)
    return Answer(asked.address, error=NO_GOOD_ANSWER)


class _NoConnectionInTime(TimeoutError):
    """Nobody opened the door, as against somebody who takes too long to answer."""


def _exchange(asked: Asked, limit: float) -> tuple[Answer, str]:
    """One request and its answer, on a connection of its own; and where it leads, if it leads elsewhere."""
    parts = urlsplit(asked.address)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=CONNECT_S)
    try:
        _connect(connection)
        connection.sock.settimeout(max(limit - monotonic(), 0.001))
        path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
        connection.request(asked.method, path, asked.body, {**asked.headers, "Connection": "close"})
        response = connection.getresponse()
        read = _read(response, limit)
    finally:
        connection.close()
    status, content_type = response.status, response.getheader("Content-Type", "")
    error = 0 if 200 <= status < 300 else NO_GOOD_ANSWER
    target = response.getheader("Location", "") if status in REDIRECTS else ""
    return Answer(asked.address, status, content_type, read, error), target


def _connect(connection: HTTPConnection) -> None:
    try:
        connection.connect()
    except TimeoutError as error:
        raise _NoConnectionInTime from error


def _redirected(asked: Asked, status: int, target: str) -> Asked:
    """Most redirections make a GET of a POST, and lose its fields."""
    address = urljoin(asked.address, target)
    if status in {307, 308}:
        return replace(asked, address=address)
    headers = {name: value for name, value in asked.headers.items() if name != "Content-Type"}
    return Asked("GET", address, headers)


def _read(response: HTTPResponse, limit: float) -> bytes:
    """The body, refused when it takes too long as a whole or does not end."""
    read = b""
    while piece := response.read1(8192):
        read += piece
        if monotonic() > limit or len(read) > LARGEST:
            raise TimeoutError
    return read
