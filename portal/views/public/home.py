"""The first page."""

from __future__ import annotations

from flask import render_template

from portal.articles import reading
from portal.database import db
from portal.directory import reading as directory
from portal.lines.models import Line
from portal.views import guards
from portal.views.language import current
from portal.views.public import bp, cards

MOST_USEFUL = 6


@bp.get("/<language:lang>/")
@guards.anyone
def home() -> str:
    return render_template(
        "public/home.html",
        topics=reading.topics(current()),
        answers=reading.most_useful(current(), limit=MOST_USEFUL),
        desk=cards.front_desk(),
        text_number=text_number(),
    )


def text_number() -> str:
    """Where the host takes texts; empty where it does not."""
    host = directory.host()
    query = db.select(Line.text_number).filter_by(organization_id=host.id if host else 0)
    return db.session.scalar(query.where(Line.text_number.is_not(None)).order_by(Line.id).limit(1)) or ""
