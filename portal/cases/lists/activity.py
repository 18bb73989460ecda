"""When something last happened in a case: kept on it, for lists to walk by.

Whoever reads the logs says so (`records.following`, some seconds after): verbs that change a case, or write in one of
its exchanges, neither know of it nor wait for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam

from portal.cases.models import Case
from portal.contacts.models import Contact
from portal.database import db

CASES = cast(Table, Case.__table__)


def note(cases: Mapping[int, datetime], contacts: Mapping[int, datetime]) -> None:
    """Something happened then in these cases, and in these contacts of cases. What is older changes nothing.

    No version grows: nobody who is editing a case is told that it has changed.
    """
    moved = dict(cases)
    query = db.select(Contact.id, Contact.case_id).where(
        Contact.id.in_(contacts), Contact.case_id.is_not(None)
    )
    for contact_id, case_id in db.session.execute(query):
        moved[case_id] = max(contacts[contact_id], moved.get(case_id, contacts[contact_id]))
    if not moved:
        return
    held = db.select(Case.id, Case.active_at).where(Case.id.in_(moved)).order_by(Case.id)
    rows = db.session.execute(held.with_for_update(key_share=True)).all()  # in the order of their keys
    later = [{"case": row.id, "then": moved[row.id]} for row in rows if row.active_at < moved[row.id]]
    if later:
        statement = (
            db.update(CASES).where(CASES.c.id == bindparam("case")).values(active_at=bindparam("then"))
        )
        db.session.connection().execute(statement, later)
