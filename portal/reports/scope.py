"""What a supervisor sees: her teams and the queues they answer; without a team, her whole organization."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, true

from portal.database import db
from portal.desk.models import queue_agents
from portal.history import Person
from portal.staff.models import team_members
from portal.staff.teams import seen_by


@dataclass(frozen=True, slots=True)
class Scope:
    """`queue_ids` and `staff_ids` are None for the whole organization."""

    organization_id: int
    queue_ids: tuple[int, ...] | None = None
    staff_ids: tuple[int, ...] | None = None

    def queues(self, column: Any) -> ColumnElement[bool]:
        """That what this column names is among the queues seen."""
        return true() if self.queue_ids is None else column.in_(self.queue_ids)

    def staff(self, column: Any) -> ColumnElement[bool]:
        """That what this column names is among the staff seen."""
        return true() if self.staff_ids is None else column.in_(self.staff_ids)


def seen(by: Person) -> Scope:
    """What this supervisor sees."""
    in_a_team = db.select(team_members.c.team_id).where(team_members.c.staff_id == by.id).limit(1)
    if db.session.scalar(in_a_team) is None:
        return Scope(by.organization_id)
    rows: list[Any] = list(db.session.execute(seen_by(by)))
    staff = sorted(row[0] for row in rows)
    query = db.select(queue_agents.c.queue_id).where(queue_agents.c.staff_id.in_(staff)).distinct()
    return Scope(by.organization_id, tuple(sorted(db.session.scalars(query))), tuple(staff))
