"""A promise that cannot be kept as it was made: another date, another owner, or given up and the citizen told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal import history
from portal.cases import opening
from portal.cases.due import promising
from portal.cases.models import Promise
from portal.citizens import access
from portal.contacts import answering
from portal.contacts.models import Contact
from portal.database import db
from portal.rights import READERS
from portal.staff import managing
from portal.views.console.contact import addressing
from portal.views.console.door import agents, bp, end_of_day, me, refusals_shown
from portal.views.forms import Form, new_key


@bp.get("/promises/<int:promise_id>")
@agents
def promised(promise_id: int) -> str:
    return _page(_find(promise_id), Form())


@bp.post("/promises/<int:promise_id>/move")
@agents
def move_promise(promise_id: int) -> Any:
    return _act(promise_id, _move, "La nouvelle date est gardée : la personne la voit sur sa page.")


@bp.post("/promises/<int:promise_id>/hand-over")
@agents
def hand_over_promise(promise_id: int) -> Any:
    return _act(promise_id, _hand_over, "La promesse est passée : son nouveau responsable est prévenu.")


@bp.post("/promises/<int:promise_id>/give-up")
@agents
def give_up_promise(promise_id: int) -> Any:
    return _act(promise_id, _give_up, "La promesse est abandonnée, et la personne prévenue.")


def _act(promise_id: int, act: Callable[[Promise, Form], object], done: str) -> Any:
    made, form = _find(promise_id), Form(request.form)
    if made.kept_at is not None or made.given_up_at is not None:
        return redirect(url_for("console.promised", promise_id=promise_id))
    with refusals_shown(form):
        act(made, form)
    if not form.valid:
        return _page(_find(promise_id), form), 422
    db.session.commit()
    flash(done)
    return redirect(url_for("console.contact", contact_id=made.contact_id))


def _move(made: Promise, form: Form) -> None:
    form.text("due", required=True)
    due = form.day("due")
    form.refuse_unread()
    if due is not None:
        promising.move_promise(made, end_of_day(due), by=me().actor)


def _hand_over(made: Promise, form: Form) -> None:
    owner = form.number("owner_id")
    if owner is None:
        form.refuse("owner_id", "Choisissez qui la tiendra.")
    form.refuse_unread()
    promising.hand_over_promise(made, owner or 0, by=me().actor)


def _give_up(made: Promise, form: Form) -> None:
    """Told by the way that was chosen, in the words that stand on their page."""
    contact = db.session.get_one(Contact, made.contact_id)
    way = form.choice("way", _ways(contact), required=True)
    form.refuse_unread()
    why = form.text("why", longest=500)
    if promising.give_up_promise(made, why, by=me().actor) and way != "said":
        answering.reply(contact, why, channel=way, form_key=form.key(), by=me().actor)


def _ways(contact: Contact) -> dict[str, str]:
    """How the citizen is told; one may have told them already, on the telephone."""
    return {**addressing.channels(contact), "said": "Je viens de le lui dire"}


def _find(promise_id: int) -> Promise:
    """The promise; a protected citizen's asks for the right to it, or a reason given a moment ago."""
    made = opening.find_promise(promise_id, by=me())
    if made.citizen_id is not None:
        reason = access.recent_reason(made.citizen_id, by=me())
        access.open_citizen(made.citizen_id, by=me(), reason=reason)
    return made


def _page(made: Promise, form: Form) -> str:
    others = [one for one in managing.staff_of(me()) if one.role in READERS and not one.disabled_at]
    contact = db.session.get_one(Contact, made.contact_id)
    return render_template(
        "console/cases/promise.html",
        made=made,
        others=[(one.id, one.name) for one in others if one.id != made.owner_id],
        owner=managing.names_of([made.owner_id]).get(made.owner_id or 0, "Personne"),
        ways=list(_ways(contact).items()),
        events=history.of(made),
        names=managing.names_of(history.actors(history.of(made))),
        values=form.values,
        errors=form.errors,
        form_key=form.key() if form.values else new_key(),
    )
