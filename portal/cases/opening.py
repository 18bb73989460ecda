"""Opening a matter from a contact, finding it again, and what was promised in it."""

from __future__ import annotations

from datetime import datetime

from portal import clock, history
from portal.cases.models import Case, Promise
from portal.cases.references import draw_reference
from portal.contacts.models import Contact
from portal.database import db, hold, insert
from portal.errors import N_, Missing, Refused
from portal.history import Actor, Person


def open_case(contact: Contact, *, by: Actor, reference: str = "") -> Case:
    """The matter of this contact: its own if it has one, else a new one with a reference: this one, if it was told."""
    if contact.case_id:
        return db.session.get_one(Case, contact.case_id)
    case = _with_reference(contact, reference)
    contact.case_id = case.id
    history.record("case.opened", case, by=by, citizen_id=contact.citizen_id)
    return case


def _with_reference(contact: Contact, told: str) -> Case:
    for drawn in (told or draw_reference(), *(draw_reference() for _ in range(4))):
        statement = insert(Case).values(
            reference=drawn,
            organization_id=contact.organization_id,
            identifier_id=contact.identifier_id,
            citizen_id=contact.citizen_id,
            topic_id=contact.topic_id,
            subject=contact.subject,
        )
        statement = statement.on_conflict_do_nothing(index_elements=["reference"])
        case: Case | None = db.session.scalar(statement.returning(Case))
        if case is not None:  # else drawn before: once in a lifetime, and then drawn again
            return case
    raise RuntimeError("no free reference in five draws")


def case_by_reference(reference: str) -> Case | None:
    """The case with this reference, already read by `read_reference`. Knowing it opens nothing."""
    return db.session.scalar(db.select(Case).filter_by(reference=reference)) if reference else None


def close_case(case: Case, *, by: Actor) -> None:
    """The matter is done. Closing it again does nothing, at the same instant included."""
    hold(case)
    if case.state != "closed":
        case.state, case.closed_at = "closed", clock.now()
        history.record("case.closed", case, by=by, citizen_id=case.citizen_id)


def reopen_case(case: Case, *, by: Actor) -> None:
    """The citizen wrote again, or says that it is not solved."""
    hold(case)
    if case.state == "closed":
        case.state, case.closed_at = "open", None
        history.record("case.reopened", case, by=by, citizen_id=case.citizen_id)


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
    made = db.session.get(Promise, promise_id)
    if made is None or made.organization_id != by.organization_id or by.role not in ("agent", "supervisor"):
        raise Missing
    return made


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


def open_promises(citizen_id: int, *, by: Person) -> list[Promise]:
    """What the reader's organization still owes this citizen, the most urgent first."""
    query = db.select(Promise).filter_by(
        citizen_id=citizen_id, organization_id=by.organization_id, kept_at=None
    )
    return list(db.session.scalars(query.order_by(Promise.due_at)))


def open_cases(citizen_id: int, *, by: Person) -> list[Case]:
    """The citizen's matters with the reader's organization that are not closed, the newest first."""
    query = db.select(Case).filter_by(citizen_id=citizen_id, organization_id=by.organization_id)
    return list(db.session.scalars(query.where(Case.state != "closed").order_by(Case.id.desc())))
