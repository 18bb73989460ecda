"""Signing in and out. Sessions live in a table, so that they can be ended from here at once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import Select, bindparam
from sqlalchemy.orm import joinedload

from portal import clock, history
from portal.database import brief_write, db, locked
from portal.errors import N_, Refused
from portal.staff.models import ROLES, Staff, StaffSession

IDLE = timedelta(minutes=60)
LONGEST = timedelta(hours=12)
MOST_FAILURES = 5
LOCK = timedelta(minutes=15)
SIGN_OF_LIFE = timedelta(minutes=1)

hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP's floor: about 40 ms here
_nobody = hasher.hash(secrets.token_hex(8))


def add_staff(
    *,
    organization_id: int,
    email: str,
    first_name: str,
    last_name: str,
    role: str,
    password: str,
    phone: str = "",
    by: history.Actor = history.SYSTEM,
) -> Staff:
    """A new member of staff. Refuses a role we do not know, a short password or an address already taken."""
    email = email.strip().lower()
    if role not in ROLES:
        raise Refused(N_("Ce rôle n’existe pas : %(role)s."), role=role)
    if len(password) < 12:
        raise Refused(N_("Le mot de passe doit compter au moins 12 caractères."), field="password")
    if db.session.scalar(db.select(Staff.id).filter_by(email=email)):
        raise Refused(N_("Cette adresse a déjà un compte."), field="email")
    person = Staff(
        organization_id=organization_id,
        email=email,
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        role=role,
        phone=phone,
        password_hash=hasher.hash(password),
    )
    db.session.add(person)
    history.record("staff.added", person, by=by, details={"role": role})
    return person


def check_password(email: str, password: str) -> Staff | None:
    """The person this password belongs to, or None. Failures are counted: commit either way.

    The answer takes the same time for an unknown address, and a locked account is not told from a wrong password.
    """
    query = locked(db.select(Staff).filter_by(email=email.strip().lower()))
    person = db.session.scalar(query)
    now = clock.now()
    right = _matches(person.password_hash if person and person.password_hash else _nobody, password)
    if person is None or person.disabled_at or (person.locked_until and person.locked_until > now):
        return None
    if not right:
        person.failed_sign_ins += 1
        if person.failed_sign_ins >= MOST_FAILURES:
            person.locked_until, person.failed_sign_ins = now + LOCK, 0
            history.record("staff.locked", person, by=history.SYSTEM)
        return None
    person.failed_sign_ins, person.locked_until = 0, None
    return person


def _matches(digest: str, password: str) -> bool:
    try:
        return hasher.verify(digest, password)
    except VerificationError:
        return False


def begin_session(person: Staff) -> str:
    """Opens a session and returns its token, which only the browser keeps."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    db.session.add(StaffSession(token_hash=_digest(token), staff_id=person.id, expires_at=now + LONGEST))
    history.record("staff.signed_in", person, by=person.actor)
    return token


def find_session(token: str) -> StaffSession | None:
    """The live session of this token: not ended, not idle too long, of someone still employed here."""
    found = db.session.scalar(_of_token(), {"digest": _digest(token)})
    now = clock.now()
    if (
        found is None
        or found.expires_at <= now
        or found.last_seen_at + IDLE <= now
        or found.staff.disabled_at
    ):
        return None
    return found


@cache
def _of_token() -> Select[StaffSession]:
    """Asked before each page of the staff: made once a process."""
    query = db.select(StaffSession).filter_by(token_hash=bindparam("digest"), ended_at=None)
    return query.options(joinedload(StaffSession.staff))


def is_signed_out(staff_id: int) -> bool:
    """Whether this person had signed in, and no longer is: signed out, idle too long, or shown out."""
    now = clock.now()
    asked = {"staff": staff_id, "now": now, "idle_since": now - IDLE}
    signed_in, live = db.session.execute(_sessions_of(), asked).one()
    return bool(signed_in and not live)


@cache
def _sessions_of() -> Select[Any]:
    """Asked before each offer, too."""
    theirs = db.exists().where(StaffSession.staff_id == bindparam("staff"))
    live = (
        StaffSession.ended_at.is_(None)
        & (StaffSession.expires_at > bindparam("now"))
        & (StaffSession.last_seen_at > bindparam("idle_since"))
    )
    return db.select(theirs, theirs.where(live))


def end_session(token: str) -> None:
    """Signs out. Ending an ended session does nothing."""
    found = db.session.scalar(db.select(StaffSession).filter_by(token_hash=_digest(token), ended_at=None))
    if found:
        found.ended_at = clock.now()
        history.record("staff.signed_out", found.staff, by=found.staff.actor)


def show_life(found: StaffSession) -> None:
    """Notes that the session is alive, at most once a minute, in a transaction of its own."""
    now, session_id = clock.now(), found.id
    if now - found.last_seen_at < SIGN_OF_LIFE:
        return
    with brief_write() as session:
        session.execute(db.update(StaffSession).where(StaffSession.id == session_id).values(last_seen_at=now))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
