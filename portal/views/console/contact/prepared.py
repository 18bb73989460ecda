"""The answers prepared, for the field in which an agent types."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request

from portal.contacts import templates
from portal.contacts.models import Template
from portal.views.console.contact import composing
from portal.views.console.door import agents, bp, me
from portal.views.forms import Form

PROPOSED = 8


@bp.get("/prepared-answers")
@agents
def prepared_answers() -> Any:
    """Those that the words mean, with their topic and the languages they are written in."""
    typed, names = Form(request.args).text("q")[:100], composing.topic_names()
    found = templates.search(me().organization_id, typed, names)[:PROPOSED]
    return jsonify([_option(one, names) for one in found])


def _option(one: Template, names: dict[int, str]) -> dict[str, Any]:
    detail = ", ".join(
        part for part in (names.get(one.topic_id or 0, ""), " ".join(sorted(one.texts))) if part
    )
    return {"text": one.name, "value": one.id, "detail": detail}
