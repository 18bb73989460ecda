"""What becomes of a promise that cannot be kept as it was made: another date, another owner, or given up, and why."""

from __future__ import annotations

from datetime import datetime

from portal import clock, history
from portal.cases.keeping import check_owner, tell_of
from portal.cases.models import Promise
from portal.database import hold
from portal.errors import N_, Refused
from portal.history import Actor


def move_promise(made: Promise, due_at: datetime, *, by: Actor) -> bool:
    """For another date, which the citizen sees on their page. It is watched anew. Twice is once."""
    _hold_open(made)
    if made.due_at == due_at:
        return False
    if due_at <= clock.now():
        raise Refused(N_("La date promise est déjà passée."), field="due")
    details = {"due": [made.due_at.isoformat(), due_at.isoformat()]}
    made.due_at, made.warned_at, made.escalated_at = due_at, None, None
    history.record("promise.moved", made, by=by, citizen_id=made.citizen_id, details=details)
    tell_of(made)
    return True


def hand_over_promise(made: Promise, owner_id: int, *, by: Actor) -> bool:
    """Somebody else of the organization keeps it from now on."""
    _hold_open(made)
    former = made.owner_id
    if former == owner_id:
        return False
    check_owner(owner_id, made.organization_id)
    made.owner_id, made.warned_at = owner_id, None
    details = {"owner": [former, owner_id]}
    history.record("promise.handed_over", made, by=by, citizen_id=made.citizen_id, details=details)
    tell_of(made, former)
    return True


def give_up_promise(made: Promise, why: str, *, by: Actor) -> bool:
    """It will not be done. `why` is what the citizen is told: they read it on their page."""
    hold(made)
    if made.given_up_at is not None:
        return False
    _hold_open(made)
    if len(why.split()) < 2:
        raise Refused(N_("Dites à la personne pourquoi, en quelques mots."), field="why")
    made.given_up_at, made.given_up_why = clock.now(), why.strip()[:500]
    history.record("promise.given_up", made, by=by, citizen_id=made.citizen_id)
    tell_of(made)
    return True


def _hold_open(made: Promise) -> None:
    hold(made)
    if made.kept_at is not None:
        raise Refused(N_("Cette promesse est déjà tenue."))
    if made.given_up_at is not None:
        raise Refused(N_("Cette promesse est déjà abandonnée."))
