"""Teams: a supervisor sees those of hers; one who has none sees her whole organization."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Select

from portal import history
from portal.database import db, hold, hold_name
from portal.errors import N_, Refused
from portal.history import Person
from portal.rights import find_own
from portal.staff.models import Staff, Team, team_members

TEAMS = 0x7465616D  # our part of the advisory locks' key space


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


def supervisors_over(organization_id: int, staff_id: int | None, team_id: int | None) -> list[int]:
    """The ids of the supervisors who see this member or this team: those who share one, and those who have none."""
    theirs = db.select(team_members.c.team_id).where(team_members.c.staff_id == staff_id)
    in_one = db.select(team_members.c.team_id).where(team_members.c.staff_id == Staff.id)
    near = in_one.where((team_members.c.team_id == team_id) | team_members.c.team_id.in_(theirs))
    query = db.select(Staff.id).filter_by(
        organization_id=organization_id, role="supervisor", disabled_at=None
    )
    if staff_id is None and team_id is None:
        return sorted(db.session.scalars(query))
    return sorted(db.session.scalars(query.where(near.exists() | ~in_one.exists())))


def teams_of(person: Person) -> list[Team]:
    """The teams of one's own organization."""
    query = db.select(Team).filter_by(organization_id=person.organization_id)
    return list(db.session.scalars(query.order_by(Team.name, Team.id)))


def team(person: Person, team_id: int) -> Team:
    """A team of one's own organization; another's does not exist."""
    return find_own(Team, team_id, person.organization_id)


def members_of(found: Team) -> list[int]:
    """The ids of a team's members, its supervisors with them."""
    query = db.select(team_members.c.staff_id).where(team_members.c.team_id == found.id)
    return sorted(db.session.scalars(query))


def save_team(
    found: Team | None, name: str, members: Collection[int], *, by: Person, form_key: str = ""
) -> Team:
    """A new team (`None`), or its new name and members: all of one's own organization. The same again does nothing."""
    name = name.strip()
    if not name:
        raise Refused(N_("Donnez un nom à cette équipe."), field="name")
    if found is not None:
        hold(found)
    hold_name(TEAMS, f"{by.organization_id} {name}")
    query = db.select(Team).filter_by(organization_id=by.organization_id, name=name)
    same = db.session.scalar(query.where(Team.id != (found.id if found else 0)))
    if same and not found and history.came_from(same, form_key):
        return same
    if same:
        raise Refused(N_("Une équipe porte déjà ce nom."), field="name")
    ours = db.select(Staff.id).filter_by(organization_id=by.organization_id).where(Staff.id.in_(members))
    after: dict[str, Any] = {"name": name, "members": sorted(db.session.scalars(ours))}
    before = {"name": found.name, "members": members_of(found)} if found else {}
    if found and before == after:
        return found
    verb = "team.changed" if found else "team.added"
    found = found or Team(organization_id=by.organization_id)
    found.name = name
    db.session.add(found)
    db.session.flush()
    _set_members(found, after["members"])
    history.record(verb, found, by=by.actor, details={"before": before, "after": after, "form_key": form_key})
    return found


def remove_team(found: Team, *, by: Person) -> None:
    """A team that is no more. A supervisor who had no other sees her whole organization again."""
    _set_members(found, [])
    history.record("team.removed", found, by=by.actor, details={"name": found.name})
    db.session.delete(found)


def _set_members(found: Team, members: Iterable[int]) -> None:
    db.session.execute(team_members.delete().where(team_members.c.team_id == found.id))
    for staff_id in members:
        db.session.execute(team_members.insert().values(team_id=found.id, staff_id=staff_id))
