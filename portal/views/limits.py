"""How often one address may ask for a page: generous, and kept in memory. What costs money has `budgets`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import Flask, abort, current_app, make_response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from portal import budgets, clock
from portal.database import brief_write
from portal.errors import Refused

limiter = Limiter(get_remote_address, storage_uri="memory://", strategy="moving-window")


def _off() -> bool:
    """What was acknowledged already, while the database was away, was counted then."""
    return clock.is_past() or not current_app.config.get("RELAIS_LIMITS", True)


def _brings_no_file() -> bool:
    return _off() or not any(one.filename for one in request.files.getlist("files"))


people = limiter.limit("120/minute", exempt_when=_off)  # one address may be a whole library or a town hall
typing = limiter.limit("600/minute", exempt_when=_off)  # several a second while somebody types
systems = limiter.limit("600/minute", exempt_when=_off)  # a partner's, which shows its key
programs = limiter.limit("60/minute", exempt_when=_off)
# 25 MB each stay a day, whatever is refused
files = limiter.limit("12/minute;60/hour", exempt_when=_brings_no_file)

WRONG_LINKS, AN_HOUR = "wrong-link", timedelta(hours=1)
MOST_WRONG = 60


def guesses(view: Callable[..., Any]) -> Callable[..., Any]:
    """A link is too long to guess: whoever tries many is stopped all the same, whichever process answers."""

    @wraps(view)
    def watched(*args: Any, **kwargs: Any) -> Any:
        if _off():
            return view(*args, **kwargs)
        if not budgets.is_left(WRONG_LINKS, get_remote_address(), most=MOST_WRONG, per=AN_HOUR):
            abort(429)
        try:
            answer = make_response(view(*args, **kwargs))
        except Refused as refusal:
            _note_wrong(refusal.status)
            raise
        _note_wrong(answer.status_code)
        return answer

    return watched


def _note_wrong(status: int) -> None:
    if status in (404, 410):
        with brief_write() as session:
            budgets.note(session, WRONG_LINKS, get_remote_address(), per=AN_HOUR)


def init_app(app: Flask) -> None:
    limiter.init_app(app)
