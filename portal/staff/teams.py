"""Teams: a supervisor sees those of hers; one who has none sees her whole organization."""

from __future__ import annotations

from sqlalchemy import Select

from portal.database import db
from portal.history import Person
from portal.staff.models import Staff, team_members


def seen_by(supervisor: Person) -> Select[tuple[int]]:
    """The ids of the staff whom a supervisor sees."""
    mine = db.select(team_members.c.team_id).where(team_members.c.staff_id == supervisor.id)
    together = db.select(team_members.c.staff_id).where(team_members.c.team_id.in_(mine))
    everyone = db.select(Staff.id).where(Staff.organization_id == supervisor.organization_id)
    return everyone.where(Staff.id.in_(together) | ~mine.exists())


def sees(supervisor: Person, staff_id: int | None) -> bool:
    """Whether this member of staff is one whom the supervisor sees."""
    query = seen_by(supervisor).where(Staff.id == staff_id)
    return staff_id is not None and db.session.scalar(query) is not None
