"""What staff write to each other in a case. It is no answer: the citizen never reads it."""

from __future__ import annotations

from portal import history
from portal.cases.models import Case, Note
from portal.database import db
from portal.errors import N_, Refused
from portal.history import Person

LONGEST = 5000


def write_note(case: Case, body: str, *, by: Person, form_key: str | None = None) -> Note:
    """Adds a note; the same form sent twice is one. What it says stays out of the history."""
    known = db.session.scalar(db.select(Note).filter_by(form_key=form_key)) if form_key else None
    if known is not None:
        return known
    body = body.strip()
    if not body:
        raise Refused(N_("Écrivez la note."), field="note")
    if len(body) > LONGEST:
        raise Refused(N_("Ce texte est trop long : %(most)s caractères au plus."), field="note", most=LONGEST)
    note = Note(case_id=case.id, author_id=by.id, body=body, form_key=form_key)
    db.session.add(note)
    history.record("case.noted", case, by=by.actor, citizen_id=case.citizen_id)
    return note


def notes_of(case: Case) -> list[Note]:
    """The notes of a case, oldest first."""
    return list(db.session.scalars(db.select(Note).filter_by(case_id=case.id).order_by(Note.id)))
