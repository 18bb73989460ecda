"""Doors of the articles: the list, an article in each language with its preview, and what was searched in vain."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal import history
from portal.articles import bodies, editing, searches, shelf
from portal.articles.editing import Draft
from portal.articles.models import Article
from portal.database import db
from portal.errors import Refused
from portal.staff.managing import names_of
from portal.views import guards
from portal.views.admin import bp
from portal.views.admin.content import words
from portal.views.admin.content.articles_form import read_draft, typed_values, values_of
from portal.views.admin.trees import pointing
from portal.views.forms import Form, new_key, shown_again
from portal.views.paging import A_PAGE, last_page, page_asked

writers = guards.staff("administrator", "editor")

ASIDE = ("preview", "more")  # what a button does besides saving


@bp.get("/articles")
@writers
def articles() -> str:
    asked = {name: request.args.get(name, "").strip()[:100] for name in ("q", "state", "topic")}
    page = page_asked()
    found, total = shelf.articles(
        words=asked["q"],
        state=asked["state"],
        topic=asked["topic"],
        limit=A_PAGE,
        offset=A_PAGE * (page - 1),
    )
    return render_template(
        "admin/articles/list.html",
        articles=found,
        total=total,
        page=page,
        last=last_page(total),
        values=asked,
        topics=list(words.topic_names().items()),
        words=words,
    )


@bp.get("/articles/new")
@writers
def new_article() -> str:
    return _show(None, values_of(Draft({})))


@bp.post("/articles")
@writers
def create_article() -> Any:
    form = Form(request.form)
    draft = read_draft(form)
    if form.values.get("act") in ASIDE:
        return _show_aside(None, form, draft)
    try:
        form.refuse_unread()
        made = editing.add_article(draft, by=current_user.actor, form_key=form.key())
    except Refused as refusal:
        return _show_again(None, form, refusal)
    db.session.commit()
    flash("L’article est gardé. La recherche le montre dans un instant s’il est publié.", "good")
    return redirect(url_for("admin.article", article_id=made.id))


@bp.get("/articles/<int:article_id>")
@writers
def article(article_id: int) -> str:
    found = shelf.article(article_id)
    return _show(found, values_of(editing.draft_of(found)))


@bp.post("/articles/<int:article_id>")
@writers
def save_article(article_id: int) -> Any:
    form = Form(request.form)
    draft = read_draft(form)
    if form.values.get("act") in ASIDE:
        return _show_aside(shelf.article(article_id), form, draft)
    try:
        form.refuse_unread()
        editing.save_article(article_id, draft, version=form.number("version") or 0, by=current_user.actor)
    except Refused as refusal:
        return _show_again(article_id, form, refusal)
    db.session.commit()
    flash("L’article est gardé. La recherche suit dans un instant.", "good")
    return redirect(url_for("admin.article", article_id=article_id))


@bp.get("/searches")
@writers
def searches_in_vain() -> str:
    page = page_asked()
    found = searches.fruitless(limit=A_PAGE + 1, offset=A_PAGE * (page - 1))
    return render_template(
        "admin/articles/searches.html",
        searches=found[:A_PAGE],
        page=page,
        more=len(found) > A_PAGE,
        words=words,
    )


def _preview(draft: Draft) -> list[tuple[str, str, str]]:
    """What the pages will show: language, title, HTML. Links to sheets lead nowhere yet."""
    return [
        (language, text.title, bodies.with_links(bodies.render(text.body, language), lambda _ref: ""))
        for language, text in draft.texts.items()
    ]


def _show(found: Article | None, values: dict[str, Any], **shown: Any) -> str:
    events = history.of(found, limit=20) if found else []
    return render_template(
        "admin/articles/form.html",
        article=found,
        values={"version": found.version if found else None, **values},
        events=events,
        people=names_of(history.actors(events)),
        topics=list(words.topic_names().items()),
        services=pointing.services(values.get("services", ())),
        words=words,
        **{"errors": {}, "rows": [], "preview": [], "form_key": new_key(), **shown},
    )


def _show_aside(found: Article | None, form: Form, draft: Draft) -> str:
    """The form as it was typed, with its preview or one more service; nothing is kept."""
    preview = _preview(draft) if form.values["act"] == "preview" else []
    values = {**typed_values(form, draft), "form_key": form.key()}
    return _show(found, values, errors=form.errors, preview=preview, form_key=form.key())


def _show_again(article_id: int | None, form: Form, refusal: Refused) -> Any:
    """The form as it was typed, with what is wrong; beside what somebody else saved meanwhile, when it is that."""
    db.session.rollback()
    found = shelf.article(article_id) if article_id else None
    values = typed_values(form, read_draft(form))
    shown = shown_again(form, refusal, found, values, words.rows)
    return _show(found, form_key=form.key(), **shown), refusal.status
