"""Calling the portal as Twilio does: signed, within its patience, once more when nobody answers the door."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urldefrag, urlencode, urlsplit, urlunsplit

import requests

from simulator.webhooks.signing import sign

CONNECT_S = 5.0
LARGEST = 256 * 1024
NO_CONNECTION = 11205
NO_GOOD_ANSWER = 11200


@dataclass(frozen=True)
class Asked:
    """One request, ready to be made."""

    method: str
    address: str
    headers: dict[str, str]
    body: bytes | None
    user: tuple[str, str] | None


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
    asked = Asked(method, address, headers, urlencode(fields).encode() if posted else None, user)
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
        with requests.Session() as session:
            session.trust_env = False
            response = session.request(
                asked.method,
                asked.address,
                data=asked.body,
                headers=asked.headers,
                auth=asked.user,
                timeout=(CONNECT_S, limit_s),
                stream=True,
            )
            read = _read(response, limit)
    except requests.ConnectionError:
        return Answer(asked.address, error=NO_CONNECTION)
    except (requests.RequestException, TimeoutError, ValueError):
        return Answer(asked.address, error=NO_GOOD_ANSWER)
    status, kind = response.status_code, response.headers.get("Content-Type", "")
    return Answer(response.url, status, kind, read, 0 if 200 <= status < 300 else NO_GOOD_ANSWER)


def _read(response: requests.Response, limit: float) -> bytes:
    """The body, refused when it takes too long as a whole or does not end."""
    read = b""
    for piece in response.iter_content(8192):
        read += piece
        if monotonic() > limit or len(read) > LARGEST:
            raise TimeoutError
    return read
