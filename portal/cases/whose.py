"""Whose a matter is, as surely as its exchanges say."""

from __future__ import annotations

from collections.abc import Collection

from portal.contacts.models import Contact
from portal.database import db


def unsure_of(case_ids: Collection[int]) -> set[int]:
    """Those of these cases whose person nobody has confirmed in any of their exchanges: a number is not a person."""
    sure = db.func.count().filter(Contact.certainty == "confirmed")
    query = db.select(Contact.case_id).where(Contact.case_id.in_(case_ids), Contact.citizen_id.is_not(None))
    return {one for one in db.session.scalars(query.group_by(Contact.case_id).having(sure == 0)) if one}
