"""How often one address may ask for a page: generous, and kept in memory. What costs money has `budgets`."""

from __future__ import annotations

from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from portal import clock

limiter = Limiter(get_remote_address, storage_uri="memory://", strategy="moving-window")


def _off() -> bool:
    return not current_app.config.get("RELAIS_LIMITS", True)


def _brings_no_file() -> bool:
    """Or was acknowledged already, while the database was away."""
    return _off() or clock.is_past() or not any(one.filename for one in request.files.getlist("files"))


people = limiter.limit("120/minute", exempt_when=_off)  # one address may be a whole library or a town hall
typing = limiter.limit("600/minute", exempt_when=_off)  # several a second while somebody types
systems = limiter.limit("600/minute", exempt_when=_off)  # a partner's, which shows its key
programs = limiter.limit("60/minute", exempt_when=_off)
files = limiter.limit(
    "12/minute;60/hour", exempt_when=_brings_no_file
)  # 25 MB each stay a day, whatever is refused

# a link is too long to guess: whoever tries many is stopped all the same
guesses = limiter.shared_limit(
    "60/hour",
    scope="links",
    exempt_when=_off,
    deduct_when=lambda answer: answer.status_code in (404, 410),
)


def init_app(app: Flask) -> None:
    limiter.init_app(app)
