"""Doors of the topics: their names, descriptions and order."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal.articles import shelf
from portal.articles.editing import TopicDraft
from portal.articles.editing import save_topic as save
from portal.articles.models import Topic
from portal.database import db
from portal.errors import Refused, Stale
from portal.views import guards
from portal.views.admin import bp
from portal.views.admin.content import words
from portal.views.forms import Form

writers = guards.staff("administrator", "editor")


@bp.get("/topics")
@writers
def topics() -> str:
    return render_template("admin/topics/list.html", topics=shelf.topics(), words=words)


@bp.get("/topics/new")
@writers
def new_topic() -> str:
    return _show(None, Form())


@bp.get("/topics/<int:topic_id>")
@writers
def topic(topic_id: int) -> str:
    return _show(shelf.topic(topic_id), Form())


@bp.post("/topics")
@writers
def create_topic() -> Any:
    return _save(None)


@bp.post("/topics/<int:topic_id>")
@writers
def save_topic(topic_id: int) -> Any:
    return _save(topic_id)


def _save(topic_id: int | None) -> Any:
    form = Form(request.form)
    draft = TopicDraft(
        names=_texts(form, "names"),
        descriptions=_texts(form, "descriptions"),
        position=form.number("position") or 0,
    )
    try:
        form.refuse_unread()
        save(topic_id, draft, version=form.number("version") or 0, by=current_user.actor)
    except Refused as refusal:
        db.session.rollback()
        form.take(refusal)
        return _show(shelf.topic(topic_id) if topic_id else None, form, refusal), refusal.status
    db.session.commit()
    flash("Le thème est gardé.", "good")
    return redirect(url_for("admin.topics"))


def _texts(form: Form, name: str) -> dict[str, str]:
    typed = {language: form.text(f"{name}-{language}", longest=500) for language in words.LANGUAGES}
    return {language: text for language, text in typed.items() if text}


def _show(found: Topic | None, form: Form, refusal: Refused | None = None) -> str:
    values: dict[str, Any] = {}
    if found:
        values = {"position": found.position, "version": found.version}
        for language in words.LANGUAGES:
            values[f"names-{language}"] = found.names.get(language, "")
            values[f"descriptions-{language}"] = found.descriptions.get(language, "")
    values |= form.values
    rows = []
    if isinstance(refusal, Stale) and found:
        rows, values["version"] = words.rows(refusal.theirs, refusal.yours), found.version
    return render_template(
        "admin/topics/form.html", topic=found, values=values, errors=form.errors, rows=rows, words=words
    )
