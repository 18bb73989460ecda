"""One change of many cases: rows are chosen in a list, what would change is shown first, then done and undone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import flash, g, make_response, redirect, render_template, request, url_for

from portal import clock
from portal.cases.changing import macros
from portal.cases.lists import bulk, listing, plans
from portal.cases.lists.bulk import Line
from portal.cases.lists.filters import SORTS, read_filters
from portal.cases.lists.models import BulkChange
from portal.cases.lists.plans import Change
from portal.cases.models import Case, Macro
from portal.database import db
from portal.errors import N_, Refused
from portal.staff import managing
from portal.views import guards
from portal.views.console.cases import macros as case_macros
from portal.views.console.cases import rows
from portal.views.console.cases import words as case_words
from portal.views.console.door import agents, bp, end_of_day, me, over_at, refusals_shown, today
from portal.views.forms import Form, new_key
from portal.views.language import date_text

RECENT = timedelta(hours=1)


@bp.post("/cases/changes/preview")
@guards.asks
@agents
def preview_change() -> Any:
    """What would become of the cases chosen. Nothing is changed."""
    form = Form(request.form)
    lines: list[Line] = []
    with refusals_shown(form):
        change = read_change(form)
        lines = bulk.preview(change, _looked_at(form), by=me())
    if form.errors.keys() - {"to", "due"}:
        raise Refused(next(iter(form.errors.values())))
    return _preview(form, lines), 422 if form.errors and form.text("asked") else 200


@bp.post("/cases/changes")
@agents
def change_cases() -> Any:
    """Does what was shown, to the cases as they were shown."""
    form = Form(request.form)
    change, chosen = read_change(form), _looked_at(form)
    begun = bulk.begin(change, chosen, said_of(change), by=me(), form_key=form.key())
    db.session.commit()
    return redirect(url_for("console.bulk_change", bulk_id=begun.id))


@bp.get("/cases/changes/<int:bulk_id>")
@agents
def bulk_change(bulk_id: int) -> str:
    return render_template("console/cases/bulk_change.html", **_progress(bulk.find_bulk(bulk_id, by=me())))


@bp.get("/cases/changes/<int:bulk_id>/now")
@agents
def bulk_change_now(bulk_id: int) -> Any:
    """How far it is, which its page asks for again."""
    g.pop("staff_session", None)
    found = bulk.find_bulk(bulk_id, by=me())
    answer = make_response(render_template("console/cases/bulk_now.html", **_progress(found)))
    answer.add_etag()
    return answer.make_conditional(request)


@bp.post("/cases/changes/<int:bulk_id>/undo")
@agents
def undo_change(bulk_id: int) -> Any:
    found = bulk.find_bulk(bulk_id, by=me())
    bulk.undo(found, by=me())
    db.session.commit()
    flash("C’est annulé." if found.state == "undone" else "L’annulation est commencée.")
    return redirect(url_for("console.bulk_change", bulk_id=bulk_id))


def read_change(form: Form) -> Change:
    """`change` is chosen from one list, as `owner-12` or `close-solved`; what must be written stands beside it."""
    do, _, to = form.text("change").partition("-")
    if do not in case_words.CHANGES:
        raise Refused(N_("Choisissez ce qu’il faut changer."), field="change")
    if do in case_words.WRITTEN:
        to = form.text("to", longest=500)
    elif do in ("owner", "team") and to and not (to.isdigit() and len(to) < 10):
        raise Refused(N_("Choisissez ce qu’il faut changer."), field="change")
    due = form.day("due") if do == "promise" else _due_of_macro(do, to)
    form.refuse_unread()
    return Change(do, to, end_of_day(due).isoformat() if due else "")


def _due_of_macro(do: str, to: str) -> date | None:
    """The day on which what a macro promises is due."""
    if do != "macro":
        return None
    days = macros.what(_macro(to))["promise_days"]
    return today() + timedelta(days=days) if days else None


def _macro(to: str) -> Macro:
    return plans.macro_of(Change("macro", to), me().organization_id)


def _looked_at(form: Form) -> list[tuple[int, int]]:
    """The cases chosen, as `id-version`; or all of the list, up to a limit, as they are now."""
    if form.text("all"):
        sought, sort = read_filters(form.values), form.choice("sort", SORTS) or "due"
        until, most = over_at(today()), listing.MOST_AT_ONCE
        page = listing.listing(sought, sort, by=me(), until=until, limit=most)
        return [(case.id, case.version) for case in page.cases]
    pairs = [one.partition("-") for one in form.data.getlist("case")]
    return [(int(key), int(version)) for key, _, version in pairs if _number(key) and _number(version)]


def _number(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) < 10


def said_of(change: Change) -> str:
    """The change in words, for staff."""
    said = case_words.CHANGES[change.do]
    return f"{said} : {_after(change, change.to)}" if change.do not in ("resume", "reopen") else said


def _after(change: Change, value: str) -> str:
    if change.do == "owner":
        return managing.names_of([int(value)]).get(int(value), "") if value else "personne"
    if change.do == "team":
        return rows.team_names().get(int(value), "") if value else "aucune"
    if change.do == "macro":
        return _macro(value).name
    if change.do == "close":
        return case_words.OUTCOMES_SAID.get(value, value)
    if change.do == "promise" and change.due_at is not None:
        return f"{value}, pour le {date_text(change.due_at)}"
    return case_words.PRIORITIES.get(value, value)


def told(change: Change, value: str) -> str:
    """A value before or after, in words."""
    if change.do in ("wait", "resume", "reopen", "close"):
        return case_words.STATES.get(value, value)
    if change.do in ("tag", "untag"):
        return value or "aucune"
    return "" if change.do in ("promise", "macro") and not value else _after(change, value)


def told_after(change: Change, line: Line) -> str:
    """What a case will be, or what a macro will do to it, in words."""
    if change.do == "macro" and line.case is not None:
        return " ; ".join(case_macros.told(macros.what(_macro(change.to)), line.case)) or "rien"
    return told(change, line.after)


def _preview(form: Form, lines: list[Line]) -> str:
    do = form.text("change").partition("-")[0]
    change = read_change(form) if lines else Change(do)
    chosen = _looked_at(form)
    cases = [line.case for line in lines if line.case is not None]
    return render_template(
        "console/cases/bulk_preview.html",
        change=change,
        chosen=chosen,
        lines=lines,
        told=lambda value: told(change, value),
        told_after=lambda line: told_after(change, line),
        says=said_of(change) if lines else case_words.CHANGES[do],
        changing=sum(not line.left for line in lines),
        kept={name: form.text(name) for name in ("change", "to", "due") if form.text(name)},
        values=form.values,
        errors=form.errors if form.text("asked") else {},
        form_key=new_key(),
        **rows.shown_of(cases),
    )


def _progress(found: BulkChange) -> dict[str, Any]:
    ids = [int(one) for one in found.left_out]
    query = db.select(Case).where(Case.id.in_(ids), Case.organization_id == me().organization_id)
    cases = {case.id: case for case in db.session.scalars(query.order_by(Case.id))}
    return {
        "bulk": found,
        "left": [(cases.get(key), found.left_out[str(key)]) for key in ids],
        "going_on": found.state in bulk.GOING_ON,
        **rows.shown_of(list(cases.values())),
    }


def change_choices(choices: dict[str, list[tuple[str, str]]]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every change, in one list: by what it changes, then to what."""

    def to(do: str, options: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(f"{do}-{value}", words) for value, words in options]

    names = case_words.CHANGES
    states = [("wait", names["wait"] + "…"), ("resume", names["resume"]), ("reopen", names["reopen"])]
    closing = [
        (f"close-{value}", f"{names['close']}, {said}") for value, said in case_words.OUTCOMES_SAID.items()
    ]
    groups = [
        (
            names["owner"],
            [(f"owner-{me().id}", "Moi"), *to("owner", choices["owner"]), ("owner-", "Personne")],
        ),
        (names["team"], [*to("team", choices["team"]), ("team-", "Aucune")]),
        (names["priority"], to("priority", choices["priority"])),
        ("État", [*states, *closing]),
        ("Étiquettes", [("tag", names["tag"] + "…")]),
        (names["untag"], [(f"untag-{name}", name) for _, name in choices["tag"]]),
        ("Suites", [("promise", names["promise"] + "…")]),
        ("Macros", [(f"macro-{one.id}-{one.version}", one.name) for one in _for_many()]),
    ]
    return [(name, options) for name, options in groups if options]


def _for_many() -> list[Macro]:
    """The macros that may be run on many cases: those that write to nobody."""
    known = macros.macros(me().organization_id)
    return [one for one in known if not macros.what(one)["template_id"]]


def recent_change() -> BulkChange | None:
    """What the list offers to undo."""
    return bulk.latest(me(), clock.now() - RECENT)
