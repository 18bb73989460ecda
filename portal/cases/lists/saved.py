"""Views: what one looks for, kept under a name; provided, one's own, one's team's, or the organization's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_

from portal import history
from portal.cases.lists.filters import SORTS, Filters, read_filters
from portal.cases.lists.models import SCOPES, SavedView
from portal.database import check_version, db, hold
from portal.errors import N_, Missing, Refused
from portal.history import Person
from portal.staff import teams
from portal.staff.models import team_members

MOST_OF_ONE = 50
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Provided:
    """A view that everybody has."""

    slug: str
    name: str
    filters: Filters = field(default_factory=Filters)
    sort: str = "due"


PROVIDED = (
    Provided("mine", "À moi", Filters(whose="mine")),
    Provided("unowned", "Sans responsable", Filters(whose="unowned"), "oldest"),
    Provided("late", "En retard", Filters(due="late")),
    Provided("promised", "Promis aujourd’hui", Filters(due="today", by="promise")),
    Provided("citizen", "Attend le citoyen", Filters(state="waiting"), "oldest"),
    Provided("all", "Toutes", Filters()),
)


def provided(slug: str) -> Provided | None:
    """The view of this name that everybody has."""
    return next((one for one in PROVIDED if one.slug == slug), None)


def views_of(by: Person) -> list[SavedView]:
    """One's own views, then those of one's teams, then the organization's, each by name."""
    mine = db.select(team_members.c.team_id).where(team_members.c.staff_id == by.id)
    seen = or_(
        SavedView.staff_id == by.id,
        SavedView.scope == "organization",
        (SavedView.scope == "team") & SavedView.team_id.in_(mine),
    )
    query = db.select(SavedView).where(SavedView.organization_id == by.organization_id, seen)
    found = db.session.scalars(query.order_by(SavedView.name, SavedView.id))
    return sorted(found, key=lambda one: SCOPES.index(one.scope))


def find_view(view_id: int, *, by: Person) -> SavedView:
    """A view that this person sees; any other does not exist."""
    found = next((one for one in views_of(by) if one.id == view_id), None)
    if found is None:
        raise Missing
    return found


def may_change(view: SavedView, by: Person) -> bool:
    """Whoever made it; what is shared, a supervisor too."""
    return view.staff_id == by.id or (by.role == "supervisor" and view.scope != "mine")


def save_view(
    name: str,
    sought: Filters,
    sort: str,
    *,
    scope: str = "mine",
    team_id: int | None = None,
    by: Person,
    form_key: str = "",
) -> SavedView:
    """A new view. The same form sent twice makes one."""
    known = db.session.scalar(db.select(SavedView).filter_by(form_key=form_key)) if form_key else None
    if known is not None:
        return known
    if len([one for one in views_of(by) if one.staff_id == by.id]) >= MOST_OF_ONE:
        raise Refused(N_("Vous avez déjà %(most)s vues : supprimez-en une d’abord."), most=MOST_OF_ONE)
    view = SavedView(organization_id=by.organization_id, staff_id=by.id, form_key=form_key or None)
    _write(view, _checked(name, sought, sort, scope=scope, team_id=team_id, by=by))
    db.session.add(view)
    history.record("view.saved", view, by=by.actor, details={"name": view.name, "scope": scope})
    return view


def change_view(
    view: SavedView,
    version: int,
    *,
    name: str,
    sought: Filters,
    sort: str,
    scope: str,
    team_id: int | None = None,
    by: Person,
) -> None:
    """Its new name, filters or readers; refused with both versions if somebody changed it since `version`."""
    if not may_change(view, by):
        raise Refused(N_("Cette vue est à quelqu’un d’autre : enregistrez-en une à vous."))
    hold(view)
    after = _checked(name, sought, sort, scope=scope, team_id=team_id, by=by)
    check_version(view, version, after)
    before = {one: getattr(view, one) for one in after}
    if before == after:
        return
    _write(view, after)
    history.record("view.changed", view, by=by.actor, details={"before": before, "after": after})


def delete_view(view: SavedView, *, by: Person) -> None:
    """The view is no more; the cases it listed are where they were."""
    if not may_change(view, by):
        raise Refused(N_("Cette vue est à quelqu’un d’autre : enregistrez-en une à vous."))
    history.record("view.deleted", view, by=by.actor, details={"name": view.name, "filters": view.filters})
    db.session.delete(view)


def filters_of(view: SavedView) -> Filters:
    """What a view looks for; what has become unknown since is not looked for."""
    return read_filters(view.filters)


def _checked(
    name: str, sought: Filters, sort: str, *, scope: str, team_id: int | None, by: Person
) -> dict[str, Any]:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise Refused(
            N_("Donnez à la vue un nom de %(most)s caractères au plus."), field="name", most=LONGEST_NAME
        )
    if sort not in SORTS or scope not in SCOPES:
        raise Refused(N_("Choisissez une des réponses proposées."), field="scope")
    if scope == "team":
        if team_id is None or by.id not in teams.members_of(teams.team(by, team_id)):
            raise Refused(N_("Choisissez une équipe dont vous êtes."), field="scope")
    else:
        team_id = None
    return {"name": name, "filters": sought.said(), "sort": sort, "scope": scope, "team_id": team_id}


def _write(view: SavedView, values: dict[str, Any]) -> None:
    for field_name, value in values.items():
        setattr(view, field_name, value)
