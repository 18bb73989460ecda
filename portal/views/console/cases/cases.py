"""One case: what it is, what is due, what was said, the answer to the citizen and the notes between colleagues."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal.cases import checklists, keeping, notes, opening
from portal.cases.models import Case
from portal.citizens import access
from portal.contacts import answering
from portal.contacts.models import Message
from portal.database import db
from portal.errors import Refused, Stale
from portal.views import guards
from portal.views.console import words
from portal.views.console.cases import page
from portal.views.console.cases import rows as case_rows
from portal.views.console.cases import words as case_words
from portal.views.console.cases.answer import read_answer
from portal.views.console.contact import addressing, composing
from portal.views.console.door import agents, bp, me, refusals_shown
from portal.views.forms import Form


@bp.get("/cases/<int:case_id>")
@agents
def case(case_id: int) -> Any:
    try:
        found = keeping.find_case(case_id, by=me())
    except access.Protected:
        return ask_why(case_id), 403
    return page.show(found)


def ask_why(case_id: int) -> str:
    """A protected person's case asks for a written reason, as their file does."""
    whose = db.session.get_one(Case, case_id).citizen_id
    return render_template("console/protected.html", citizen_id=whose, values={}, errors={})


@bp.post("/cases/<int:case_id>/edit")
@agents
def edit_case(case_id: int) -> Any:
    """Saves what it is; one begun from an older version shows both."""
    found, form = keeping.hold_case(case_id, by=me()), Form(request.form)
    changes = _changes(form)
    version = form.number("version") or 0
    try:
        form.refuse_unread()
        changed = keeping.edit_case(found, version, by=me(), **changes)
    except Refused as refusal:
        db.session.rollback()
        form.take(refusal)
        return _again(case_id, form, refusal), refusal.status
    db.session.commit()
    flash("Affaire enregistrée." if changed else "Rien n’a changé.")
    return redirect(url_for("console.case", case_id=case_id))


def _changes(form: Form) -> dict[str, Any]:
    """What the form says of the case; what it does not name stays."""
    changes: dict[str, Any] = {}
    for name in ("subject", "nature", "priority"):
        changes[name] = form.text(name)
    for name in ("topic_id", "team_id", "owner_id"):
        changes[name] = form.number(name)
    changes["tags"] = [one.strip() for one in form.text("tags").split(",")]
    return {name: value for name, value in changes.items() if name in form.values}


def _again(case_id: int, form: Form, refusal: Refused) -> str:
    found = keeping.find_case(case_id, by=me())
    rows = []
    if isinstance(refusal, Stale):
        rows = case_rows.side_by_side(refusal.theirs, refusal.yours)
        form.values["version"] = str(found.version)
    return page.show(found, form, rows)


@bp.post("/cases/<int:case_id>/note")
@agents
def note_case(case_id: int) -> Any:
    """A note between colleagues: the citizen never reads it."""
    return act(case_id, _note, "Note gardée : seuls vos collègues la lisent.", anchor="notes")


def _note(found: Case, form: Form) -> None:
    notes.write_note(found, form.text("note"), by=me(), form_key=form.key())


@bp.post("/cases/<int:case_id>/answer")
@agents
def answer_case(case_id: int) -> Any:
    """An answer to the citizen, by the way that was shown, then what becomes of the case."""
    found, form = keeping.find_case(case_id, by=me()), Form(request.form)
    sent = None
    with refusals_shown(form):
        sent = _answer(found, form)
    if sent is None or not form.valid:
        return page.show(keeping.find_case(case_id, by=me()), form), 422
    db.session.commit()
    flash(words.sent_how(sent))
    return redirect(url_for("console.case", case_id=case_id, _anchor="thread"))


def _answer(found: Case, form: Form) -> Message:
    then, awaited = form.choice("then", case_words.THEN), form.text("awaited", longest=500)
    because = form.text("now_because", longest=300)
    if then == "wait" and not awaited:
        form.refuse("awaited", "Dites ce que la personne doit donner.")
    answer, found = read_answer(found, form), keeping.hold_case(found.id, by=me())
    how: dict[str, Any] = {"channel": answer.channel, "form_key": form.key(), "now_because": because}
    sent = answering.reply(answer.contact, answer.body, **how, by=me().actor)
    keeping.answered(found, by=me().actor)
    if then == "wait":
        keeping.wait_for(found, awaited, by=me().actor)
    elif then == "close":
        opening.close_case(found, by=me().actor)
    return sent


@bp.post("/cases/<int:case_id>/look")
@guards.asks
@agents
def look_case(case_id: int) -> str:
    """The page again with a template in the answer: nothing is changed."""
    found, form = keeping.find_case(case_id, by=me()), Form(request.form)
    ways = {one.key: one for one in addressing.ways(found, page.contacts_of(found))}
    way = ways.get(form.text("way")) or next(iter(ways.values()), None)
    if way is not None:
        composing.rewrite(way.contact, form)
    return page.show(found, form)


@bp.post("/cases/<int:case_id>/state")
@agents
def move_case(case_id: int) -> Any:
    """Waits for the citizen, goes on, is closed or opened again."""
    # not held before its verb holds it: one that was merged opens another, which may come before it
    return act(case_id, _move, "C’est noté.", find=keeping.find_case)


def _move(found: Case, form: Form) -> None:
    to, by = form.choice("to", case_words.MOVES, required=True), me().actor
    form.refuse_unread()
    if to == "wait":
        keeping.wait_for(found, form.text("waits_for", longest=500), by=by)
    elif to == "resume":
        keeping.resume(found, by=by)
    elif to == "close":
        opening.close_case(found, by=by, outcome=form.text("outcome"))
    else:
        opening.reopen_case(found, by=by)


@bp.post("/cases/<int:case_id>/checks")
@agents
def add_check(case_id: int) -> Any:
    return act(case_id, _add_check, "Ajouté à la liste.", anchor="checklist")


def _add_check(found: Case, form: Form) -> None:
    checklists.add_check(found, form.text("check"), by=me())


@bp.post("/cases/<int:case_id>/checks/<int:check_id>")
@agents
def tick_check(case_id: int, check_id: int) -> Any:
    """Done, not done after all, elsewhere in the list, or not to be done."""

    def tick(found: Case, form: Form) -> None:
        if "drop" in form.data:
            checklists.drop_check(found, check_id, by=me())
        elif "move" in form.data:
            checklists.move_check(found, check_id, up=form.text("move") == "up", by=me())
        else:
            checklists.tick(found, check_id, done=form.text("done") == "1", by=me())

    return act(case_id, tick, "", anchor="checklist")


def act(
    case_id: int,
    do: Callable[[Case, Form], None],
    said: str,
    *,
    anchor: str = "",
    find: Callable[..., Case] = keeping.hold_case,
) -> Any:
    """Does it to the case, held until the commit; a refusal shows the page again with what was typed."""
    found, form = find(case_id, by=me()), Form(request.form)
    with refusals_shown(form):
        do(found, form)
    if not form.valid:
        return page.show(keeping.find_case(case_id, by=me()), form), 422
    db.session.commit()
    if said:
        flash(said)
    return redirect(url_for("console.case", case_id=case_id, _anchor=anchor or None))
