"""Opening a matter from a contact, finding it again, closing and reopening it, and what was promised in it."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam
from sqlalchemy.orm import selectinload

from portal import clock, history
from portal.cases import keeping
from portal.cases.due import clocks, levels
from portal.cases.models import Case, Promise
from portal.cases.references import draw_reference
from portal.citizens import people
from portal.contacts.models import Contact
from portal.database import db, hold, hold_all, insert
from portal.errors import N_, Refused
from portal.history import Actor, Person
from portal.rights import find_to_read

OUTCOMES = ("", "solved", "not_solved")
IS_OPEN = Case.state != "closed"
IS_OWED = Promise.kept_at.is_(None) & Promise.given_up_at.is_(None)


def open_case(
    contact: Contact, *, by: Actor, reference: str = "", nature: str = "", since: datetime | None = None
) -> Case:
    """The matter of this contact: its own if it has one, else a new one with a reference: this one, if it was told.
    Its clocks count from now, or `since` when we had it.

    What is asked for is what was said, else what its topic is usually about, else, of what is written, a request: that
    is how silence is counted until an agent says otherwise.
    """
    if contact.case_id:
        return db.session.get_one(Case, contact.case_id)
    undertaken = levels.levels_of(contact.organization_id)
    written = clocks.is_written(contact.channel, contact.identifier_id)
    usual = "request" if written else "information"
    nature = nature or levels.usual_nature(undertaken, contact.topic_id) or usual
    case = _with_reference(contact, reference, nature=nature, opened_at=since or clock.now())
    contact.case_id = case.id
    clocks.start_clocks(case, contact.channel, undertaken)
    history.record("case.opened", case, by=by, citizen_id=contact.citizen_id)
    return case


def open_beside(
    contact: Contact, *, subject: str, by: Actor, like: Case | None = None, **values: Any
) -> Case:
    """Another matter of this contact, beside the one it may be in: of a split (`like` the other), of one question.

    We had it when the contact began: its clocks count from then.
    """
    undertaken = levels.levels_of(contact.organization_id)
    if like is not None:
        values |= {
            name: getattr(like, name) for name in ("nature", "topic_id", "team_id", "owner_id", "priority")
        }
    else:
        values["nature"] = levels.usual_nature(undertaken, values.get("topic_id")) or "information"
    case = _with_reference(contact, "", **values, subject=subject, opened_at=contact.started_at)
    clocks.start_clocks(case, contact.channel, undertaken)
    history.record("case.opened", case, by=by, citizen_id=contact.citizen_id)
    return case


def _with_reference(contact: Contact, told: str, **values: Any) -> Case:
    known = {"topic_id": contact.topic_id, "subject": contact.subject}
    for drawn in (told or draw_reference(), *(draw_reference() for _ in range(4))):
        statement = insert(Case).values(
            reference=drawn,
            organization_id=contact.organization_id,
            identifier_id=contact.identifier_id,
            citizen_id=contact.citizen_id,
            **{**known, **values},
        )
        statement = statement.on_conflict_do_nothing(index_elements=["reference"])
        case: Case | None = db.session.scalar(statement.returning(Case))
        if case is not None:  # else drawn before: once in a lifetime, and then drawn again
            return case
    raise RuntimeError("no free reference in five draws")


def case_by_reference(reference: str) -> Case | None:
    """The case with this reference, already read by `read_reference`. Knowing it opens nothing."""
    return db.session.scalar(db.select(Case).filter_by(reference=reference)) if reference else None


def close_case(case: Case, *, by: Actor, outcome: str = "") -> bool:
    """The matter is done: `outcome` is solved, not_solved, or not said. Closing it again does nothing."""
    if outcome not in OUTCOMES:
        raise Refused(N_("Choisissez une des réponses proposées."), field="outcome")
    hold(case)
    if case.state == "closed":
        return False
    case.state, case.closed_at, case.waits_for, case.outcome = "closed", clock.now(), "", outcome
    clocks.met(case, "resolution", "silence")
    clocks.stop(case)
    keeping.record(case, "case.closed", by, {"outcome": outcome} if outcome else {})
    keeping.tell_of(case)
    return True


def say_solved(case: Case, *, by: Actor) -> bool:
    """The citizen says of a matter that is closed that it is solved. Twice is once."""
    hold(case)
    if case.state != "closed" or case.outcome == "solved":
        return False
    case.outcome = "solved"
    keeping.record(case, "case.solved", by)
    return True


def reopen_case(case: Case, *, by: Actor) -> bool:
    """The citizen wrote again, or says that it is not solved: open again, and what is due from us goes on.

    One that waited for them waits no more; one merged into another opens that one: do not hold it first.
    """
    (case,) = hold_kept(case)
    if case.state != "closed":
        return keeping.resume(case, by=by)
    case.state, case.closed_at, case.outcome = "open", None, ""
    clocks.start_again(case)
    keeping.record(case, "case.reopened", by, {"due": keeping.dues(case)})
    keeping.tell_of(case)
    return True


def kept_by(case: Case) -> Case:
    """The case itself, or that into which it was merged."""
    return kept_by(db.session.get_one(Case, case.merged_into_id)) if case.merged_into_id else case


def hold_kept(*cases: Case) -> list[Case]:
    """Those that these were merged into, or themselves, held until the commit in the order of their keys.

    Where one is merged at this very instant, all are let go: the next one may come before them in that order.
    """
    kept = [kept_by(one) for one in cases]
    with db.session.begin_nested() as asked:
        hold_all(Case, {one.id for one in kept})
        if all(one.merged_into_id is None for one in kept):
            return kept
        asked.rollback()
    return hold_kept(*kept)


def promise(contact: Contact, text: str, due_at: datetime, *, by: Actor) -> Promise:
    """What was said would be done, by when. Refuses a date already past."""
    if not text.strip():
        raise Refused(N_("Écrivez ce qui a été promis."), field="promise")
    if due_at <= clock.now():
        raise Refused(N_("La date promise est déjà passée."), field="due")
    made = Promise(
        organization_id=contact.organization_id,
        case_id=contact.case_id,
        contact_id=contact.id,
        citizen_id=contact.citizen_id,
        owner_id=by.id,
        text=text.strip(),
        due_at=due_at,
    )
    db.session.add(made)
    details = {"due": due_at.isoformat()}
    history.record("promise.made", made, by=by, citizen_id=contact.citizen_id, details=details)
    return made


def find_promise(promise_id: int, *, by: Person) -> Promise:
    """The promise, for staff of its organization who answer people; to anyone else it does not exist."""
    return find_to_read(Promise, promise_id, by=by)


def follow_contact(contact: Contact, *, by: Actor) -> None:
    """It is now known whose contact this is, or was not: its matter and its promises are the same person's."""
    for made in db.session.scalars(db.select(Promise).filter_by(contact_id=contact.id)):
        made.citizen_id = contact.citizen_id
    case = db.session.get(Case, contact.case_id) if contact.case_id else None
    if case is not None and case.citizen_id != contact.citizen_id:
        case.citizen_id = contact.citizen_id
        history.record("case.attributed", case, by=by, citizen_id=contact.citizen_id)


def keep_promise(made: Promise, *, by: Actor) -> None:
    """Done as said. Twice is once."""
    hold(made)
    if made.kept_at is None:
        made.kept_at = clock.now()
        history.record("promise.kept", made, by=by, citizen_id=made.citizen_id)


def open_promises(citizen_id: int, *, by: Person, limit: int = 100) -> list[Promise]:
    """What the reader's organization still owes this citizen, the most urgent first."""
    return list(db.session.scalars(_promised(), _theirs(citizen_id, by, limit)))


def open_cases(citizen_id: int, *, by: Person, limit: int = 100) -> list[Case]:
    """The citizen's matters with the reader's organization that are not closed, the newest first, and their clocks."""
    return list(db.session.scalars(_open(), _theirs(citizen_id, by, limit)))


def _theirs(citizen_id: int, by: Person, limit: int) -> dict[str, Any]:
    return {"organization": by.organization_id, "files": people.ids(citizen_id), "most": limit}


@cache
def _promised() -> Select[Promise]:
    """Asked, as the next one, by each page that knows whose contact it is: made once a process."""
    query = db.select(Promise).where(Promise.organization_id == bindparam("organization"))
    query = query.where(IS_OWED, Promise.citizen_id.in_(bindparam("files", expanding=True)))
    return query.order_by(Promise.due_at).limit(bindparam("most"))


@cache
def _open() -> Select[Case]:
    query = db.select(Case).where(Case.organization_id == bindparam("organization"), IS_OPEN)
    query = query.where(Case.citizen_id.in_(bindparam("files", expanding=True)))
    return query.options(selectinload(Case.clocks)).order_by(Case.id.desc()).limit(bindparam("most"))
