"""The first page, and the services people may go to."""

from __future__ import annotations

from typing import Any

from flask import render_template

from portal.articles import reading
from portal.database import db
from portal.directory import reading as directory
from portal.errors import Missing
from portal.lines.models import Line
from portal.views import guards
from portal.views.hours import week
from portal.views.language import current
from portal.views.public import bp, cards

MOST_USEFUL = 6


@bp.get("/<lang>/")
@guards.anyone
def home() -> str:
    return render_template(
        "public/home.html",
        topics=reading.topics(current()),
        answers=reading.most_useful(current(), limit=MOST_USEFUL),
        desk=cards.front_desk(),
        text_number=_text_number(),
    )


@bp.get("/<lang>/services/<slug>")
@guards.anyone
def service(slug: str) -> Any:
    found = directory.service(slug)
    if not found.active:
        raise Missing
    return render_template(
        "public/service.html", service=found, card=cards.of(found), week=week(found.schedule)
    )


def _text_number() -> str:
    host = directory.host()
    query = db.select(Line.text_number).filter_by(organization_id=host.id if host else 0)
    return db.session.scalar(query.where(Line.text_number.is_not(None)).order_by(Line.id).limit(1)) or ""
