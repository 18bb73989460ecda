"""Articles and topics; whether an article helped."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, session, url_for

from portal.articles import reading
from portal.articles.documents import Document
from portal.database import db
from portal.views import guards
from portal.views.context import REQUESTED, visit
from portal.views.forms import Form
from portal.views.language import current
from portal.views.paging import last_page, page_asked
from portal.views.public import bp, cards, placing, suggested
from portal.views.public.suggested import Shown

A_PAGE = 50
MOST_DOCUMENTS = 6


@bp.get("/<language:lang>/articles/<slug>")
@guards.anyone
def article(slug: str) -> str:
    page = reading.article_page(slug, current())
    placing.remember_reading(slug)
    return render_template(
        "public/article.html",
        page=page,
        body=page.html(lambda slug: url_for("public.article", slug=slug)),
        topic=page.topic and reading.named(page.topic.names, current()),
        contacts=_whom(page.article.contacts),
        documents=_documents(page.article.topic_id),
        told=slug in session.get("opinions", []),
    )


@bp.post("/<language:lang>/articles/<slug>/opinion")
@guards.anyone
def opinion(slug: str) -> Any:
    helped = Form(request.form).choice("helped", ("yes", "no"), required=True)
    if helped:
        asked = session.get(REQUESTED) == visit()
        reading.give_opinion(slug, helped=helped == "yes", visit=visit(), asked=asked)
        db.session.commit()
        session["opinions"] = [*session.get("opinions", []), slug][-50:]
    return redirect(url_for("public.article", slug=slug, _anchor="helped"), 303)


@bp.get("/<language:lang>/topics")
@guards.anyone
def topics() -> str:
    return render_template("public/topics.html", topics=reading.topics(current()))


@bp.get("/<language:lang>/topics/<slug>")
@guards.anyone
def topic(slug: str) -> str:
    number = page_asked()
    found = reading.topic_page(slug, current(), limit=A_PAGE, offset=(number - 1) * A_PAGE)
    return render_template(
        "public/topic.html", found=found, number=number, pages=last_page(found.total, A_PAGE)
    )


def _whom(contacts: list[dict[str, Any]]) -> list[Shown]:
    """Those the article sends people to, for the commune of this visit; else ourselves."""
    here = placing.commune_here()
    named = suggested.of_contacts(contacts, here.code if here else "")
    desk = None if named else cards.front_desk()
    return [Shown(desk)] if desk else named


def _documents(topic_id: int | None) -> list[Document]:
    """The documents of an article's topic."""
    query = db.select(Document).filter_by(topic_id=topic_id, state="published").order_by(Document.title)
    return list(db.session.scalars(query.limit(MOST_DOCUMENTS))) if topic_id else []
