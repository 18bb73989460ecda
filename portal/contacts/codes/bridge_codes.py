"""Bridge codes: a page gives eight digits, and the call or text that says them brings what was read and typed, once.

The citizen sees what a code will bring, and leaves out what they like, before one is drawn. A code says nothing of who
they are: it opens no file, and is not an identity. The last digit checks the others, so a digit misheard is told from
a code that ran out; only a digest salted with the instance's secret is kept.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from sqlalchemy import Select

from portal import budgets, clock, history
from portal.among import among, in_order
from portal.contacts.models import BridgeCode, Contact
from portal.database import db, insert
from portal.errors import N_, Refused
from portal.history import Actor

LIFE = timedelta(hours=2)  # one may have waited in line
FORGOTTEN_AFTER = timedelta(days=1)
DIGITS = 8
MOST_DRAWS = 5
HOUR = timedelta(hours=1)
# by one address or visit; for one contact: a code is too long to be guessed in six
MOST_MADE, MOST_TRIED = 20, 6
LOST = N_("Ce code n’est plus valable, ou a déjà servi. Demandez à la personne d’en prendre un autre.")
NOT_A_CODE = N_("Ce code n’est pas juste : il compte huit chiffres.")
TOO_MANY = N_("Trop de codes ont été essayés. Attendez une heure.")

_IN_TEXT = re.compile(r"\s*(?:code|الرمز|رمز)?\s*:?\s*((?:\d[\s.\-]*){8})\.?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Brought:
    """What a visit would bring: the slugs of the articles read, and what was asked, oldest first."""

    read: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    language: str = "fr"
    commune: str = ""


def draw(brought: Brought, *, secret: str, visit: str) -> str:
    """A fresh code that brings this, for `LIFE`. Refuses to a visit that draws too many."""
    if not budgets.spend("bridge code", visit, most=MOST_MADE, per=HOUR):
        raise Refused(N_("Vous avez demandé trop de codes. Réessayez plus tard."))
    for _ in range(MOST_DRAWS):
        body = f"{secrets.randbelow(10 ** (DIGITS - 1)):0{DIGITS - 1}d}"
        code = body + check_digit(body)
        statement = insert(BridgeCode).values(
            code_hash=_digest(code, secret),
            read=list(brought.read),
            asked=list(brought.asked),
            language=brought.language,
            commune=brought.commune,
            expires_at=clock.now() + LIFE,
        )
        statement = statement.on_conflict_do_nothing(index_elements=["code_hash"])
        if db.session.scalar(statement.returning(BridgeCode.id)) is not None:
            return code
    raise RuntimeError("no free code in five draws")


def read_code(typed: str) -> str:
    """The digits of a code as typed, keyed or dictated; empty when they cannot be one."""
    digits = "".join(str(int(c)) for c in typed if c.isdecimal())
    right = len(digits) == DIGITS and check_digit(digits[:-1]) == digits[-1]
    return digits if right else ""


def code_in(body: str) -> str:
    """The code that a text is, alone or after the word; empty for any other text."""
    found = _IN_TEXT.fullmatch(body)
    return read_code(found[1]) if found else ""


def bring(contact: Contact, typed: str, *, secret: str, by: Actor) -> BridgeCode | None:
    """Gives the contact what this code brings; None for one that ran out or served elsewhere (`LOST`).

    The same code again in the same contact changes nothing. Refuses what is no code, and whoever tries many: attempts
    are counted, so commit either way. Hold the contact first.
    """
    code = read_code(typed)
    if not code:
        raise Refused(NOT_A_CODE, field="bridge")
    if not budgets.spend("bridge", str(contact.id), most=MOST_TRIED, per=HOUR):
        raise Refused(TOO_MANY, field="bridge")
    live = (BridgeCode.expires_at > clock.now()) & BridgeCode.contact_id.is_(None)
    statement = db.update(BridgeCode).where(BridgeCode.code_hash == _digest(code, secret))
    statement = statement.where(db.or_(live, BridgeCode.contact_id == contact.id))
    statement = statement.values(
        contact_id=contact.id, used_at=db.func.coalesce(BridgeCode.used_at, clock.now())
    )
    found: BridgeCode | None = db.session.scalar(
        statement.returning(BridgeCode), execution_options={"populate_existing": True}
    )
    if found is None:
        return None
    contact.commune = contact.commune or found.commune
    details = {"articles": len(found.read), "questions": len(found.asked)}
    if not any(event.verb == "contact.bridged" for event in history.of(contact)):
        history.record("contact.bridged", contact, by=by, citizen_id=contact.citizen_id, details=details)
    return found


def brought_to(contact_ids: Collection[int]) -> list[BridgeCode]:
    """What codes brought to these contacts, the latest first."""
    if not contact_ids:
        return []
    return list(db.session.scalars(_said_in(), {"contacts": contact_ids}))


@cache
def _said_in() -> Select[BridgeCode]:
    return (
        db.select(BridgeCode)
        .where(among(BridgeCode.contact_id, "contacts"))
        .order_by(in_order(BridgeCode.id).desc())
    )


def forget_old(limit: int = 500) -> int:
    """Removes codes that nobody said, and frees the digits of those that served; how many, at most `limit` of each."""
    old = clock.now() - FORGOTTEN_AFTER
    unused = db.select(BridgeCode.id).where(BridgeCode.contact_id.is_(None), BridgeCode.expires_at < old)
    served = db.select(BridgeCode.id).where(BridgeCode.code_hash.is_not(None), BridgeCode.used_at < old)
    removed = db.delete(BridgeCode).where(BridgeCode.id.in_(unused.limit(limit))).returning(BridgeCode.id)
    freed = db.update(BridgeCode).where(BridgeCode.id.in_(served.limit(limit))).values(code_hash=None)
    return sum(len(db.session.scalars(done).all()) for done in (removed, freed.returning(BridgeCode.id)))


def spoken_code(code: str) -> str:
    """The code as it is shown and read out: in pairs, as a French number is."""
    return " ".join(code[at : at + 2] for at in range(0, len(code), 2))


def check_digit(body: str) -> str:
    """The digit that tells one wrong digit, and nearly all neighbours swapped, before any look-up (Luhn)."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def _digest(code: str, secret: str) -> str:
    return hmac.new(secret.encode(), f"bridge:{code}".encode(), hashlib.sha256).hexdigest()
