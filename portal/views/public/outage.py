"""The database is away: a request that was written is acknowledged all the same, with its reference, and done later."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from portal import clock
from portal.cases.references import spoken
from portal.database import let_go
from portal.referrals.deciding.distress import distress
from portal.views.forms import Form
from portal.views.language import current
from portal.views.public import bp, following, requests
from portal.views.refusals import AWAY, database_away
from portal.views.spooling import keep_request, way

IN_DANGER = ("15", "17", "18", "112", "114")  # what each is for stands in a table that cannot be read now


def _away(error: Exception) -> Any:
    let_go()
    way().tell(error)
    if clock.is_past():
        return database_away(error)
    if request.endpoint == "public.send_request":
        return _request(error)
    if request.endpoint == "public.write" and following.is_open():
        body = Form(request.form).text("body")
        if body and keep_request():
            return _acknowledged("", body)
    return database_away(error)


def _request(error: Exception) -> Any:
    form = Form(request.form)
    typed = requests.read(form)
    if typed is None:
        return requests.form_page(form, form.key()), 422
    if not keyed(form) or not keep_request():
        return database_away(error)
    return _acknowledged(spoken(requests.reference(form)), f"{typed.subject} {typed.body}")


def keyed(form: Form) -> bool:
    """Whether the form came with its key: without one it would be another act when it is done again."""
    return form.key() == form.values.get("form_key")


def _acknowledged(reference: str, said: str) -> str:
    numbers = [(number, "") for number in IN_DANGER] if distress(said, current()) else []
    return render_template(
        "public/outage.html", reference=reference, received_at=clock.now(), in_danger=numbers
    )


for kind in AWAY:
    bp.register_error_handler(kind, _away)
