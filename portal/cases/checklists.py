"""What is to be done or received in a case, ticked off."""

from __future__ import annotations

from portal import clock, history
from portal.cases.models import Case, Check
from portal.database import db, hold
from portal.errors import N_, Missing, Refused
from portal.history import Person

LONGEST, MOST = 200, 40


def add_check(case: Case, text: str, *, by: Person) -> Check:
    """One more thing to do; one that is still to be done is not added twice. Hold the case first."""
    text = " ".join(text.split())[:LONGEST]
    if not text:
        raise Refused(N_("Écrivez ce qui est à faire."), field="check")
    known = checks_of(case)
    same = next((one for one in known if one.text == text and one.done_at is None), None)
    if same is not None:
        return same
    if len(known) >= MOST:
        raise Refused(N_("Quarante points au plus dans une liste."), field="check")
    check = Check(case_id=case.id, text=text, position=max((one.position for one in known), default=0) + 1)
    db.session.add(check)
    db.session.flush()
    history.record("case.check_added", case, by=by.actor, citizen_id=case.citizen_id)
    return check


def tick(case: Case, check_id: int, *, done: bool, by: Person) -> Check:
    """Done, or not after all. Twice is once."""
    check = _check(case, check_id)
    hold(check)
    if (check.done_at is not None) == done:
        return check
    check.done_at, check.done_by = (clock.now(), by.id) if done else (None, None)
    verb = "case.check_done" if done else "case.check_undone"
    history.record(verb, case, by=by.actor, citizen_id=case.citizen_id, details={"check": check.id})
    return check


def move_check(case: Case, check_id: int, *, up: bool, by: Person) -> None:
    """Before the point that stands above it, or after the one below; the first and the last stay. Hold the case."""
    check, known = _check(case, check_id), checks_of(case)
    place = known.index(check)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(known):
        return
    known[place], known[other] = known[other], known[place]
    for position, one in enumerate(known, start=1):  # two lists that were merged may have the same places
        one.position = position
    history.record(
        "case.check_moved", case, by=by.actor, citizen_id=case.citizen_id, details={"check": check.id}
    )


def drop_check(case: Case, check_id: int, *, by: Person) -> None:
    """It need not be done."""
    db.session.delete(_check(case, check_id))
    history.record("case.check_dropped", case, by=by.actor, citizen_id=case.citizen_id)


def checks_of(case: Case) -> list[Check]:
    """The list, in its order."""
    query = db.select(Check).filter_by(case_id=case.id).order_by(Check.position, Check.id)
    return list(db.session.scalars(query))


def _check(case: Case, check_id: int) -> Check:
    found = db.session.get(Check, check_id)
    if found is None or found.case_id != case.id:
        raise Missing
    return found
