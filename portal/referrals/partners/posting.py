"""Posting to an address that a partner gave: over TLS, to the public internet, once, without following where it leads.

The name is resolved here, every address it has is looked at, and the connection goes to the very address that was
looked at: a name that answers differently a moment later reaches nothing inside.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from portal.config import Settings
from portal.database import hold_nothing
from portal.errors import N_, Refused

TIMEOUT_S = 5.0  # for each of: resolving and connecting, an answer's first line
WHOLE_S = 15.0  # for all of it, however slowly it drips


class NotReached(Exception):
    """The address did not take it; its words say why and hold nothing personal."""


@dataclass(frozen=True, slots=True)
class Way:
    """What addresses may be posted to."""

    https_only: bool = True
    private: bool = False  # to addresses that are not of the public internet: tests, and a town's own network


def way_of(settings: Settings) -> Way:
    """In production over TLS only; inside our own network only where the settings say so."""
    return Way(https_only=not settings.demo, private=settings.private_webhooks)


def check_address(url: str, way: Way) -> SplitResult:
    """The parts of an address that may be posted to. Refuses another, with the reason."""
    try:
        parts = urlsplit(url.strip())
        parts.port  # noqa: B018  (reading it is what checks it)
    except ValueError:
        raise Refused(N_("Cette adresse n’est pas complète."), field="webhook_url") from None
    if parts.scheme != "https" and (way.https_only or parts.scheme != "http"):
        raise Refused(N_("L’adresse d’un système partenaire commence par https://."), field="webhook_url")
    if not parts.hostname or parts.username or parts.password or any(c.isspace() for c in url.strip()):
        raise Refused(N_("Cette adresse n’est pas complète."), field="webhook_url")
    return parts


def post(url: str, body: bytes, headers: dict[str, str], way: Way) -> None:
    """Posts once. Raises `NotReached` unless the answer is a 2xx: a redirection is not followed."""
    hold_nothing()
    try:
        parts = check_address(url, way)
        connection = _connection(parts, way)
        ending = threading.Timer(WHOLE_S, _break_off, (connection.sock,))
        ending.daemon = True
        ending.start()
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", target, body=body, headers=headers)
            status = connection.getresponse().status
        finally:
            ending.cancel()
            connection.close()
    except Refused as refusal:
        raise NotReached(refusal.sentence) from None
    except (OSError, http.client.HTTPException, UnicodeError, ValueError, AttributeError) as error:
        raise NotReached(type(error).__name__) from None  # its own words may quote the address
    if not 200 <= status < 300:
        raise NotReached(f"HTTP {status}")


def _connection(parts: SplitResult, way: Way) -> http.client.HTTPConnection:
    """A connection that is already open, to an address that was looked at."""
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    reached = socket.create_connection((_looked_at(host, port, way), port), timeout=TIMEOUT_S)
    if parts.scheme == "https":
        reached = ssl.create_default_context().wrap_socket(reached, server_hostname=host)
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
    connection.sock = reached
    connection.default_port = 443 if parts.scheme == "https" else 80  # left out of the Host header
    return connection


def _break_off(reached: socket.socket) -> None:
    """Wakes who waits for an answer that drips."""
    with suppress(OSError):
        reached.shutdown(socket.SHUT_RDWR)


def _looked_at(host: str, port: int, way: Way) -> str:
    """An address of `host`, if all it has may be posted to."""
    found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not way.private and not all(_is_public(one) for one in found):
        raise NotReached("private address")
    return found[0]


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return all(one.is_global and not one.is_multicast for one in (found, inner) if one is not None)
