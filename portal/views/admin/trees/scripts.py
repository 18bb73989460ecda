"""Doors of the scripts: written step by step, tried, published, compared with what they were."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal import history
from portal.database import db
from portal.desk import waiting
from portal.errors import Missing, Refused, Stale
from portal.scripts import editing, trees
from portal.scripts.models import Script
from portal.staff.managing import names_of
from portal.views import guards, script_steps
from portal.views.admin import bp
from portal.views.admin.content import words as content_words
from portal.views.admin.trees import scripts_words as words
from portal.views.admin.trees import seen
from portal.views.console.words import DISPOSITIONS
from portal.views.forms import Form, new_key
from portal.views.picture import draw

administrator = guards.staff("administrator")

ACTS = {
    "publication": (editing.publish, "Le script est publié : les agents le suivent dès le prochain appel."),
    "retirement": (editing.retire, "Le script est retiré. Ses versions et les chemins suivis sont gardés."),
    "draft-removal": (editing.drop_draft, "Le brouillon est abandonné. L’historique en garde le texte."),
}


@bp.get("/scripts")
@administrator
def scripts() -> str:
    found = editing.scripts_of(current_user)
    queues = {one.id: one.name for one in waiting.queues(current_user.organization_id)}
    proposed = [
        [topic.names.get("fr", topic.slug) for topic in one.topics]
        + [f"file {queues[queue_id]}" for queue_id in editing.attached_to(one)["queues"]]
        for one in found
    ]
    scripts = list(zip(found, proposed, strict=True))
    return render_template("admin/scripts/list.html", scripts=scripts, words=words)


@bp.get("/scripts/new")
@administrator
def new_script() -> str:
    return _show_settings(None, {})


@bp.post("/scripts")
@administrator
def create_script() -> Any:
    form = Form(request.form)
    try:
        made = editing.add_script(
            form.text("name", longest=100),
            organization_id=current_user.organization_id,
            by=current_user.actor,
            form_key=form.key(),
            **_attached(form),
        )
    except Refused as refusal:
        return _settings_again(None, form, refusal)
    db.session.commit()
    flash("Le script est créé. Écrivez sa première étape.", "good")
    return redirect(url_for("admin.script_step", script_id=made.id, key="1"))


@bp.get("/scripts/<int:script_id>")
@administrator
def script(script_id: int) -> str:
    return _show(editing.script(current_user, script_id))


def _show(found: Script, **shown: Any) -> str:
    version = editing.shown(found)
    findings = words.by_step(editing.findings(version.tree))
    events = history.of(found, limit=30)
    return render_template(
        "admin/scripts/script.html",
        script=found,
        version=version,
        published=editing.published_of(found),
        findings=findings,
        blocked=any(one.error for found in findings.values() for one in found),
        picture=draw(words.picture_of(version.tree, findings)),
        shown={key: script_steps.show(step) for key, step in version.tree["steps"].items()},
        events=events,
        people=names_of(history.actors(events)),
        words=words,
        dispositions=DISPOSITIONS,
        seal=seen.seal,
        **{"rows": [], **shown},
    )


@bp.get("/scripts/<int:script_id>/settings")
@administrator
def script_settings(script_id: int) -> str:
    found = editing.script(current_user, script_id)
    return _show_settings(found, {**editing.attached_to(found), "version": found.version})


@bp.post("/scripts/<int:script_id>")
@administrator
def save_script(script_id: int) -> Any:
    found = editing.script(current_user, script_id)
    form = Form(request.form)
    version, name = form.number("version") or 0, form.text("name", longest=100)
    try:
        form.refuse_unread()
        editing.change_script(found, name=name, version=version, by=current_user.actor, **_attached(form))
    except Refused as refusal:
        return _settings_again(script_id, form, refusal)
    db.session.commit()
    flash("Le script est gardé.", "good")
    return redirect(url_for("admin.script", script_id=script_id))


@bp.post("/scripts/<int:script_id>/<any(publication,retirement,'draft-removal'):act>")
@administrator
def act_on_script(script_id: int, act: str) -> Any:
    found = editing.script(current_user, script_id)
    verb, done = ACTS[act]
    version = Form(request.form).number("version")
    if version is None:
        abort(400)
    try:
        verb(found, version=version, by=current_user.actor)
    except Stale:
        return _show_both(script_id)
    db.session.commit()
    flash(done, "good")
    return redirect(url_for("admin.script", script_id=script_id))


@bp.get("/scripts/<int:script_id>/versions/<int:number>")
@administrator
def script_version(script_id: int, number: int) -> str:
    """What a version says, beside what is shown now."""
    return _show_version(editing.script(current_user, script_id), number)


def _show_version(found: Script, number: int, **shown: Any) -> str:
    version = next((one for one in found.versions if one.number == number), None)
    if version is None:
        raise Missing
    current = editing.published_of(found)
    return render_template(
        "admin/scripts/version.html",
        script=found,
        version=version,
        current=current,
        rows=words.rows(version.tree, current.tree if current else {}),
        words=words,
        seal=seen.seal,
        **{"since": [], **shown},
    )


@bp.post("/scripts/<int:script_id>/versions/<int:number>")
@administrator
def roll_back_script(script_id: int, number: int) -> Any:
    found = editing.script(current_user, script_id)
    version = Form(request.form).number("version") or 0
    try:
        editing.roll_back(found, number, version=version, by=current_user.actor)
    except Stale:
        return _show_both_versions(script_id, number)
    db.session.commit()
    flash("La version choisie est de nouveau publiée.", "good")
    return redirect(url_for("admin.script", script_id=script_id))


@bp.get("/scripts/<int:script_id>/trial")
@administrator
def try_script(script_id: int) -> str:
    """The script as an agent goes through it; the answers chosen are in the address, and nothing is kept."""
    found = editing.script(current_user, script_id)
    tree = editing.shown(found).tree
    key, taken = tree["first"], []
    for choice in request.args.get("way", "").split("."):
        answers = trees.answers(trees.step_at(tree, key) or {})
        if not choice.isdecimal() or int(choice) >= len(answers):
            break
        taken.append((trees.title(tree["steps"][key]), answers[int(choice)]["words"], choice))
        key = answers[int(choice)]["then"]
    return render_template(
        "admin/scripts/trial.html",
        script=found,
        taken=taken,
        now=script_steps.show(trees.step_at(tree, key) or {}),
        dispositions=DISPOSITIONS,
    )


def _show_both(script_id: int) -> Any:
    """The script as it is now, beside what the person saw when they decided: nothing is done."""
    db.session.rollback()
    found = editing.script(current_user, script_id)
    before = seen.seen()
    rows = words.rows(before, editing.shown(found).tree) if before else []
    return _show(found, rows=rows, overtaken=True), 409


def _show_both_versions(script_id: int, number: int) -> Any:
    """What is published now, beside what was when the person chose a former version; that one is still offered."""
    db.session.rollback()
    found = editing.script(current_user, script_id)
    before, current = seen.seen(), editing.published_of(found)
    since = words.rows(before, current.tree if current else {}) if before is not None else []
    return _show_version(found, number, since=since, overtaken=True), 409


def _attached(form: Form) -> dict[str, Any]:
    """The topics and queues chosen, none but those of the organization."""
    queues = {str(one.id): one.id for one in waiting.queues(current_user.organization_id)}
    chosen = [queues[one] for one in form.data.getlist("queues") if one in queues]
    return {"topics": form.data.getlist("topics"), "queues": chosen}


def _show_settings(found: Script | None, values: dict[str, Any], **shown: Any) -> str:
    return render_template(
        "admin/scripts/settings.html",
        script=found,
        values=values,
        topics=list(content_words.topic_names().items()),
        queues=[(one.id, one.name) for one in waiting.queues(current_user.organization_id)],
        form_key=values.get("form_key") or new_key(),
        **{"errors": {}, "rows": [], **shown},
    )


def _settings_again(script_id: int | None, form: Form, refusal: Refused) -> Any:
    db.session.rollback()
    found = editing.script(current_user, script_id) if script_id else None
    values: dict[str, Any] = {**form.values, **_attached(form)}
    rows = []
    if isinstance(refusal, Stale) and found:
        both = [
            {words.FIELDS[name]: content_words.said(one[name]) for name in one}
            for one in (refusal.theirs, refusal.yours)
        ]
        rows = [(label, both[0][label], both[1][label]) for label in both[0]]
        values["version"] = found.version
    form.take(refusal)
    return _show_settings(found, values, errors=form.errors, rows=rows), refusal.status
