"""Doors of the queues: what each answers on, who serves it, and its times."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal import history
from portal.database import db
from portal.desk import keeping, waiting
from portal.desk.models import Queue
from portal.errors import Refused, Stale
from portal.staff.managing import names_of
from portal.views import guards
from portal.views.admin import bp
from portal.views.admin.content import words
from portal.views.admin.content.words import topic_names
from portal.views.forms import Form, new_key

administrator = guards.staff("administrator")

NEW = {
    "callback_after_s": 120,
    "ring_s": 20,
    "wrap_up_s": 60,
    "handling_s": 300,
    "long_wait_s": 600,
    "waive_s": 180,
}
TIMES = {
    "ring_s": (
        "Sonnerie chez l’agent",
        "Passé ce temps, l’appel est proposé à quelqu’un d’autre, à la même place.",
    ),
    "wrap_up_s": ("Temps pour conclure", "Après l’appel, avant qu’un autre soit proposé à l’agent."),
    "handling_s": (
        "Durée moyenne d’un appel",
        "Conclusion comprise. Elle sert à annoncer l’attente, tant que trop peu d’appels la mesurent.",
    ),
    "callback_after_s": (
        "Proposer un rappel après",
        "La personne garde sa place et raccroche. 0 : dès le début.",
    ),
    "long_wait_s": (
        "Attente trop longue",
        "Passé ce temps, la personne passe avant celles qui ont priorité.",
    ),
    "waive_s": (
        "Renoncer à une compétence après",
        "Si personne en service ne parle la langue demandée, on répond quand même.",
    ),
}
FIELDS = {
    "name": "Nom",
    "topics": "Thèmes",
    "agents": "Agents",
    **{name: told[0] for name, told in TIMES.items()},
}


@bp.get("/queues")
@administrator
def queues() -> str:
    found = waiting.queues(current_user.organization_id)
    kept = {one.id: keeping.kept(one) for one in found}
    topics = topic_names()
    return render_template("admin/queues/list.html", queues=found, kept=kept, topics=topics)


@bp.get("/queues/new")
@administrator
def new_queue() -> str:
    return _show(None, NEW)


@bp.post("/queues")
@administrator
def create_queue() -> Any:
    form = Form(request.form)
    values = _read(form)
    try:
        form.refuse_unread()
        made = keeping.add_queue(
            organization_id=current_user.organization_id, by=current_user.actor, form_key=form.key(), **values
        )
    except Refused as refusal:
        return _show_again(None, form, refusal)
    db.session.commit()
    flash("La file est créée. Un menu peut maintenant y mener.", "good")
    return redirect(url_for("admin.queue", queue_id=made.id))


@bp.get("/queues/<int:queue_id>")
@administrator
def queue(queue_id: int) -> str:
    found = keeping.queue(current_user, queue_id)
    kept = keeping.kept(found)
    return _show(found, {**kept, "seen": keeping.digest(kept)})


@bp.post("/queues/<int:queue_id>")
@administrator
def save_queue(queue_id: int) -> Any:
    found = keeping.queue(current_user, queue_id)
    form = Form(request.form)
    values = _read(form)
    try:
        form.refuse_unread()
        keeping.save_queue(found, seen=form.text("seen"), by=current_user.actor, **values)
    except Refused as refusal:
        return _show_again(queue_id, form, refusal)
    db.session.commit()
    flash("La file est gardée.", "good")
    return redirect(url_for("admin.queues"))


def _read(form: Form) -> dict[str, Any]:
    agents = {str(one.id): one.id for one in keeping.agents_of(current_user.organization_id)}
    known = topic_names()
    return {
        "name": form.text("name", longest=100),
        **{name: _seconds(form, name) for name in TIMES},
        "topics": [one for one in form.data.getlist("topics") if one in known],
        "agents": [agents[one] for one in form.data.getlist("agents") if one in agents],
    }


def _seconds(form: Form, name: str) -> int:
    form.text(name, required=True)
    return form.number(name) or 0


def _show(found: Queue | None, values: dict[str, Any], **shown: Any) -> str:
    events = history.of(found, limit=20) if found else []
    return render_template(
        "admin/queues/form.html",
        queue=found,
        values=values,
        times=TIMES,
        topics=list(topic_names().items()),
        agents=_agents(),
        events=events,
        people=names_of(history.actors(events)),
        words=words,
        form_key=values.get("form_key") or new_key(),
        **{"errors": {}, "rows": [], **shown},
    )


def _agents() -> list[tuple[int, str]]:
    """Who may serve, and what each can do."""
    found = []
    for one in keeping.agents_of(current_user.organization_id):
        skills = [words.SKILLS[name].lower() for name in keeping.skills_of(one.id) if name in words.SKILLS]
        without = [] if one.phone else ["sans téléphone noté"]
        about = ", ".join([*without, *skills])
        found.append((one.id, f"{one.name} ({about})" if about else one.name))
    return found


def _show_again(queue_id: int | None, form: Form, refusal: Refused) -> Any:
    db.session.rollback()
    found = keeping.queue(current_user, queue_id) if queue_id else None
    values = {**form.values, **{name: _read(form)[name] for name in ("topics", "agents")}}
    rows = []
    if isinstance(refusal, Stale) and found:
        names = names_of({*refusal.theirs["agents"], *refusal.yours["agents"]})
        both = [
            {**one, "agents": [names[of] for of in one["agents"]]} for one in (refusal.theirs, refusal.yours)
        ]
        rows = [(FIELDS[name], words.said(both[0][name]), words.said(both[1][name])) for name in FIELDS]
        rows = [row for row in rows if row[1] != row[2]]
        values["seen"] = keeping.digest(refusal.theirs)
    form.take(refusal)
    return _show(found, values, errors=form.errors, rows=rows), refusal.status
