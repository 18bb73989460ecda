"""Lists of cases, and the views that keep them. Words typed, which may name a person, never stand in an address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal.cases.lists import listing, saved
from portal.cases.lists.filters import SORTS, Filters, read_filters
from portal.cases.lists.models import SavedView
from portal.database import db
from portal.errors import Missing, Stale
from portal.staff import teams
from portal.views import guards
from portal.views.console.cases import changes as case_changes
from portal.views.console.cases import rows as case_rows
from portal.views.console.cases import words as case_words
from portal.views.console.door import agents, bp, me, over_at, refusals_shown, today
from portal.views.forms import Form, new_key


@dataclass(frozen=True, slots=True)
class Look:
    """What the page lists: a view, or filters of the moment."""

    sought: Filters
    sort: str
    view: str = ""  # the name of a provided view, or the number of a saved one
    saved: SavedView | None = None

    def address(self, after: str = "") -> dict[str, Any]:
        """What the address of a page of this list says: never the words typed."""
        of = {"view": self.view} if self.view else {**self.sought.public(), "sort": self.sort}
        return {**of, **({"after": after} if after else {})}


@bp.get("/cases")
@agents
def cases() -> str:
    """A view, or what the address says to look for; to begin with, one's own."""
    return _page(_look(request.args), request.args.get("after", ""))


@bp.post("/cases")
@guards.asks
@agents
def look_through() -> Any:
    """The filters of a form; with words, the list itself is the answer, since an address must not hold them."""
    form = Form(request.form)
    sort = form.choice("sort", SORTS) or "due"
    look = Look(read_filters(form.values), sort)
    if not look.sought.words:
        return redirect(url_for("console.cases", **look.address()))
    return _page(look, form.text("after"))


@bp.post("/cases/views")
@agents
def save_view() -> Any:
    """What is looked for now, under a name."""
    form = Form(request.form)
    look, made = Look(read_filters(form.values), form.choice("sort", SORTS) or "due"), None
    with refusals_shown(form):
        made = saved.save_view(by=me(), form_key=form.key(), **_typed(form, look))
    if made is None:
        return _page(look, form=form), 422
    db.session.commit()
    flash("La vue est enregistrée.")
    return redirect(url_for("console.cases", view=made.id))


@bp.get("/cases/views/<int:view_id>")
@agents
def edit_view(view_id: int) -> str:
    view = saved.find_view(view_id, by=me())
    kept = {"name": view.name, "scope": _scope(view), "sort": view.sort, "version": view.version}
    return _view_page(view, {**kept, **view.filters}, {})


@bp.post("/cases/views/<int:view_id>")
@agents
def change_view(view_id: int) -> Any:
    """Saved over what somebody else saved meanwhile, it shows both, and keeps what was typed."""
    view, form, rows = saved.find_view(view_id, by=me()), Form(request.form), []
    look = Look(read_filters(form.values), form.choice("sort", SORTS) or "due")
    try:
        with refusals_shown(form):
            saved.change_view(view, form.number("version") or 0, by=me(), **_typed(form, look))
    except Stale as stale:
        db.session.rollback()
        rows = _both(stale)
        form.values["version"] = str(view.version)
    if rows or not form.valid:
        return _view_page(view, form.values, form.errors, rows), 409 if rows else 422
    db.session.commit()
    flash("La vue est enregistrée.")
    return redirect(url_for("console.cases", view=view_id))


@bp.post("/cases/views/<int:view_id>/delete")
@agents
def delete_view(view_id: int) -> Any:
    saved.delete_view(saved.find_view(view_id, by=me()), by=me())
    db.session.commit()
    flash("La vue est supprimée. Les affaires qu’elle montrait n’ont pas changé.")
    return redirect(url_for("console.cases"))


def _look(values: Any) -> Look:
    named, sort = values.get("view", ""), values.get("sort", "")
    if named.isdigit():
        view = saved.find_view(int(named), by=me())
        return Look(saved.filters_of(view), view.sort, named, view)
    sought = replace(read_filters(values), words="")
    provided = saved.provided(named)
    if provided is None and named:
        raise Missing
    if provided is None and not sought.said() and not sort:
        provided = saved.PROVIDED[0]
    if provided is not None:
        return Look(provided.filters, provided.sort, provided.slug)
    return Look(sought, sort if sort in SORTS else "due")


def _typed(form: Form, look: Look) -> dict[str, Any]:
    """A view's fields; the scope says the team too, as `team-3`."""
    scope, _, team = form.text("scope").partition("-")
    return {
        "name": form.text("name"),
        "sought": look.sought,
        "sort": look.sort,
        "scope": scope,
        "team_id": int(team) if team.isdigit() and len(team) < 10 else None,
    }


def _scope(view: SavedView) -> str:
    return f"team-{view.team_id}" if view.scope == "team" else view.scope


def _both(stale: Stale) -> list[tuple[str, str, str]]:
    """The two versions of a view, in words."""
    names = {"name": "Nom", "sort": "Ordre", "scope": "Qui la voit"}

    def told(name: str, values: dict[str, Any]) -> str:
        return {"sort": case_words.SORTS, "scope": case_words.SCOPES}.get(name, {}).get(
            values[name], values[name]
        )

    rows = [(label, told(name, stale.theirs), told(name, stale.yours)) for name, label in names.items()]
    theirs, yours = (
        case_rows.filters_said(read_filters(one["filters"])) for one in (stale.theirs, stale.yours)
    )
    return [*rows, ("Ce qu’elle cherche", theirs, yours)]


def _view_page(view: SavedView, values: Any, errors: dict[str, str], rows: Any = ()) -> str:
    return render_template(
        "console/cases/case_view.html",
        view=view,
        values=values,
        errors=errors,
        rows=rows,
        choices=case_rows.choices_of_filters(),
        scopes=_scopes(),
        may_change=saved.may_change(view, me()),
    )


def _scopes() -> list[tuple[str, str]]:
    mine = [one for one in teams.teams_of(me()) if me().id in teams.members_of(one)]
    shared = [(f"team-{one.id}", f"L’équipe {one.name}") for one in mine]
    words = case_words.SCOPES
    return [("mine", words["mine"]), *shared, ("organization", words["organization"])]


def _page(look: Look, after: str = "", form: Form | None = None) -> str:
    choices = case_rows.choices_of_filters()
    page = listing.listing(look.sought, look.sort, by=me(), until=over_at(today()), after=after)
    return render_template(
        "console/cases/cases.html",
        look=look,
        page=page,
        first=not after,
        provided=saved.PROVIDED,
        views=saved.views_of(me()),
        choices=choices,
        changes=case_changes.change_choices(choices),
        recent=case_changes.recent_change(),
        most=listing.MOST_AT_ONCE,
        scopes=_scopes(),
        nearest=lambda case: listing.nearest(case, look.sought.by),
        said=case_rows.filters_said(look.sought),
        values={**look.sought.said(), "sort": look.sort, **(form.values if form else {})},
        errors=form.errors if form else {},
        form_key=new_key(),
        **case_rows.shown_of(page.cases),
    )
