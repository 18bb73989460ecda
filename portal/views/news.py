"""Whether a console has something new to show, answered in front of Flask: no request context, no database.

Two hundred consoles ask twice a second. Who asks is told by a ticket that a page of the console carries: it opens
numbers and nothing else, lives for a few minutes, and is renewed with what the page asks for through the usual guards.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from portal import clock
from portal.newsroom import Newsroom
from portal.staff.models import Staff

PATH = "/console/news"
LISTS = ("/console/waiting", "/console/mine", "/console/room/now")
MOST_LISTS = 4  # drawn at once, of the sixteen threads
# a ticket lives for ten to fifteen minutes: the same for five, so that pages stay the same
STEP_S, STEPS = 300, 3
MOST_KEPT = 10_000
HEADERS = [
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
]

Start = Callable[[str, list[tuple[str, str]]], Any]


class NewsDoor:
    """The application with this one door before it.

    200: the numbers now; 401: no such ticket; 503: nobody listens. Never 204: waitress ends the connection after one,
    and two hundred consoles would open four hundred a second.
    """

    def __init__(self, application: Any, newsroom: Newsroom, secret: str) -> None:
        self.application = application
        self.newsroom = newsroom
        self._signer = URLSafeSerializer(secret, salt="news")
        self._lists = threading.BoundedSemaphore(MOST_LISTS)
        self._known: dict[str, tuple[list[str], float]] = {}

    def ticket_for(self, person: Staff) -> str:
        until = (int(clock.now().timestamp()) // STEP_S + STEPS) * STEP_S
        return str(self._signer.dumps([person.id, person.organization_id, until]))

    def __call__(self, environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        path = environ.get("PATH_INFO")
        if path in LISTS:
            return self._list(environ, start_response)
        if path != PATH:
            return self.application(environ, start_response)
        status, body = self._answer(environ)
        start_response(status, [*HEADERS, ("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return [body]

    def _list(self, environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        """A list that two hundred desks ask for at once takes a few threads at most: the telephone needs the others.
        A desk that comes too soon asks again by itself."""
        if not self._lists.acquire(blocking=False):
            start_response(
                "503 Service Unavailable", [*HEADERS, ("Retry-After", "2"), ("Content-Length", "0")]
            )
            return []
        try:
            return self.application(environ, start_response)
        finally:
            self._lists.release()

    def _answer(self, environ: dict[str, Any]) -> tuple[str, bytes]:
        if environ.get("REQUEST_METHOD") != "GET":
            return "405 Method Not Allowed", b""
        audiences = self._audiences(environ.get("HTTP_AUTHORIZATION", "").removeprefix("Ticket "))
        if not audiences:
            return "401 Unauthorized", b""
        numbers = self.newsroom.numbers(audiences)
        if numbers is None:
            return "503 Service Unavailable", b""
        return "200 OK", ".".join(map(str, numbers)).encode()

    def _audiences(self, ticket: str) -> list[str]:
        """Whose news this ticket tells of; nobody's if it is not ours or has run out. Read once, it is remembered."""
        known = self._known.get(ticket)
        if known is None:
            try:
                staff_id, organization_id, until = self._signer.loads(ticket)
            except (BadSignature, ValueError, TypeError):
                return []
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            known = audiences_of(staff_id, organization_id), until
            self._known[ticket] = known
        audiences, until = known
        return audiences if clock.now().timestamp() < until else []


def audiences_of(staff_id: int, organization_id: int) -> list[str]:
    """What a console listens to, in the order in which its numbers are told."""
    return [f"staff:{staff_id}", f"desk:{organization_id}", "network"]


def door() -> NewsDoor:
    found: NewsDoor = current_app.extensions["news"]
    return found


def numbers_now(person: Staff) -> str:
    """What a page that is about to be drawn has seen: read before what it shows is."""
    numbers = door().newsroom.numbers(audiences_of(person.id, person.organization_id))
    return ".".join(map(str, numbers or (0, 0, 0)))
