"""Doors of the templates: texts prepared in every language, with the parts each will leave in."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal import history
from portal.articles.models import Topic
from portal.contacts import templates as room
from portal.contacts.models import Template
from portal.contacts.templates import TemplateDraft
from portal.database import db
from portal.errors import Refused, Stale
from portal.staff.managing import names_of
from portal.telephony import parts
from portal.views import guards
from portal.views.admin import bp
from portal.views.admin.channels import texts_words
from portal.views.admin.content import words
from portal.views.forms import Form

writers = guards.staff("administrator", "editor")


@bp.get("/templates")
@writers
def templates() -> str:
    found = room.templates(current_user.organization_id, retired=True)
    languages, names = words.LANGUAGES, dict(topic_options())
    groups: dict[str, list[Template]] = {name: [] for name in names.values()}
    for one in found:
        groups.setdefault(names.get(one.topic_id or 0, "Sans thème"), []).append(one)
    around = {"words": texts_words, "count": parts.count, "languages": languages}
    return render_template("admin/templates/list.html", groups=groups, **around)


@bp.get("/templates/new")
@writers
def new_template() -> str:
    return _show(None, Form())


@bp.get("/templates/<int:template_id>")
@writers
def template(template_id: int) -> str:
    return _show(_found(template_id), Form())


@bp.post("/templates")
@writers
def create_template() -> Any:
    return _save(None)


@bp.post("/templates/<int:template_id>")
@writers
def save_template(template_id: int) -> Any:
    return _save(template_id)


@bp.post("/templates/preview")
@guards.asks
@writers
def preview_template() -> str:
    """The form again, with each text as it would leave: nothing is saved."""
    form = Form(request.form)
    template_id = form.number("template_id")
    return _show(_found(template_id) if template_id else None, form, seen=_seen(_texts(form)))


def _save(template_id: int | None) -> Any:
    form, found = Form(request.form), _found(template_id) if template_id else None
    draft = TemplateDraft(
        slug=found.slug if found else form.text("slug", longest=40),
        name=form.text("name", longest=100),
        purpose=form.text("purpose"),
        topic_id=_topic(form),
        asked=form.text("asked", longest=1000),
        texts=_texts(form),
        retired=bool(form.text("retired")),
    )
    try:
        form.refuse_unread()
        room.save(template_id, draft, version=form.number("version") or 0, by=current_user)
    except Refused as refusal:
        db.session.rollback()
        form.take(refusal)
        return _show(_found(template_id) if template_id else None, form, refusal), refusal.status
    db.session.commit()
    flash("Le modèle est gardé.", "good")
    return redirect(url_for("admin.templates"))


def _found(template_id: int) -> Template:
    return room.template(template_id, organization_id=current_user.organization_id)


def _topic(form: Form) -> int | None:
    chosen = form.choice("topic", [str(topic_id) for topic_id, _ in topic_options()])
    return int(chosen) if chosen else None


def topic_options() -> list[tuple[int, str]]:
    """The topics, in their order, in French."""
    topics = db.session.scalars(db.select(Topic).order_by(Topic.position, Topic.id))
    return [(one.id, one.names.get("fr", one.slug)) for one in topics]


def _texts(form: Form) -> dict[str, str]:
    typed = {language: form.text(f"texts-{language}", longest=2000) for language in words.LANGUAGES}
    return {language: text for language, text in typed.items() if text}


def _seen(texts: dict[str, str]) -> list[tuple[str, str, parts.Count, parts.Proposal | None]]:
    """Each text filled with examples: its language, its words, its parts, and a wording that needs fewer."""
    filled = {language: room.fill(text, texts_words.EXAMPLES) for language, text in texts.items()}
    return [(one, text, parts.count(text), parts.propose(texts[one])) for one, text in filled.items()]


def _show(found: Template | None, form: Form, refusal: Refused | None = None, seen: Any = ()) -> str:
    values: dict[str, Any] = {"purpose": "reply"}
    if found:
        values = {name: getattr(found, name) for name in ("slug", "name", "purpose", "asked", "version")}
        values["topic"] = found.topic_id
        values |= {f"texts-{language}": found.texts.get(language, "") for language in words.LANGUAGES}
        values["retired"] = "1" if found.retired else ""
    values |= form.values | ({"retired": form.text("retired")} if form.data else {})
    rows = []
    if isinstance(refusal, Stale) and found:
        rows, values["version"] = words.rows(refusal.theirs, refusal.yours), found.version
    events = history.of(found, limit=20) if found else []
    around = {"events": events, "people": names_of(history.actors(events)), "seen": seen, "rows": rows}
    return render_template(
        "admin/templates/form.html",
        template=found,
        values=values,
        errors=form.errors,
        words=words,
        texts_words=texts_words,
        topics=topic_options(),
        **around,
    )
