"""One-time codes: whoever can read what was sent to a number or an address, or hear what is said there, holds it.

A code is six digits, lasts ten minutes and five attempts, and is kept as a digest salted with the instance's
secret. What it costs to send (money) and to guess (other people's matters) is bounded by budgets.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any

from portal import budgets, clock
from portal.citizens.models import Code, CodeCall, Identifier
from portal.database import db, locked
from portal.errors import N_, Refused

LIFE = timedelta(minutes=10)
MOST_ATTEMPTS = 5
DIGITS = 6
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BUDGETS = (("number", 5, HOUR), ("number", 15, DAY), ("address", 20, HOUR), ("all", 5000, DAY))


def draw_code(used: Identifier, subject: Any, *, secret: str, address: str) -> tuple[Code, str] | None:
    """A fresh code (its row, its digits) for `used` to open `subject`; the former one no longer works.

    None when a budget is used up.

    `address` is where the request came from (an IP address), only ever kept as a digest of a counter.
    """
    drawn = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    code = _keep(drawn, used, subject, secret=secret, address=address)
    return (code, drawn) if code is not None else None


def draw_spoken(
    used: Identifier, subject: Any, *, sender: str, language: str, secret: str, address: str
) -> CodeCall | None:
    """A fresh code that a call is to say, within the same budgets: its digits are written nowhere (`digits_of`)."""
    call = CodeCall(seed=secrets.token_hex(16), sender=sender, language=language)
    code = _keep(digits_of(call, secret=secret), used, subject, secret=secret, address=address)
    if code is None:
        return None
    call.code_id = code.id
    db.session.add(call)
    db.session.flush()
    return call


def digits_of(call: CodeCall, *, secret: str) -> str:
    """What this call says: the same, however often the network asks."""
    drawn = hmac.new(secret.encode(), f"spoken:{call.seed}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(drawn) % 10**DIGITS:0{DIGITS}d}"


def is_live(code: Code) -> bool:
    """Whether it still opens something."""
    return code.used_at is None and code.expires_at > clock.now()


def _keep(drawn: str, used: Identifier, subject: Any, *, secret: str, address: str) -> Code | None:
    """The row of this code, only a digest of it; None when a budget is used up."""
    if not within_budgets("code", number=used.value, address=address):
        return None
    for former in db.session.scalars(_live(subject)):
        former.expires_at = clock.now()
    code = Code(
        identifier_id=used.id,
        subject_type=subject.__tablename__,
        subject_id=subject.id,
        code_hash=_digest(drawn, subject, secret),
        expires_at=clock.now() + LIFE,
    )
    db.session.add(code)
    db.session.flush()
    return code


def within_budgets(what: str, *, number: str, address: str) -> bool:
    """Spends one of `what` for this number, this address, and all; False when any of them is used up."""
    whom = {"number": number, "address": address, "all": ""}
    return all(budgets.spend(f"{what}:{by}:{per}", whom[by], most=most, per=per) for by, most, per in BUDGETS)


def use_code(typed: str, subject: Any, *, secret: str) -> Identifier | None:
    """The identifier whose code this is, once; None for a wrong one. Attempts are counted: commit either way.

    Refuses when no live code is left, in the same words whether it ran out, was used or never was.
    """
    code = db.session.scalar(locked(_live(subject)))
    if code is None:
        raise Refused(N_("Ce code n’est plus valable. Demandez-en un autre."), field="code")
    code.attempts += 1
    digits = "".join(c for c in typed if c.isdigit())
    if not hmac.compare_digest(code.code_hash, _digest(digits, subject, secret)):
        if code.attempts >= MOST_ATTEMPTS:
            code.expires_at = clock.now()
        return None
    code.used_at = clock.now()
    return code.identifier


def _live(subject: Any) -> Any:
    query = db.select(Code).filter_by(subject_type=subject.__tablename__, subject_id=subject.id, used_at=None)
    return query.where(Code.expires_at > clock.now()).order_by(Code.id.desc()).limit(1)


def _digest(code: str, subject: Any, secret: str) -> str:
    words = f"{subject.__tablename__}:{subject.id}:{code}".encode()
    return hmac.new(secret.encode(), words, hashlib.sha256).hexdigest()
