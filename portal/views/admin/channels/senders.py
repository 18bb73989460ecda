"""Doors of the senders: under what name texts leave from a line, when it stays silent, what it may cost."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal.database import db
from portal.errors import Refused, Stale
from portal.lines import editing as lines
from portal.lines.models import Line
from portal.telephony import senders as room
from portal.views import guards
from portal.views.admin import bp
from portal.views.admin.channels import texts_words
from portal.views.admin.content import words
from portal.views.forms import Form

administrator = guards.staff("administrator")
FIELDS = ("kind", "name", "quiet_from", "quiet_until", "most_hour", "most_day", "version")


@bp.get("/senders")
@administrator
def senders() -> str:
    found = [(line, room.sender_for(_number(line))) for line in lines.lines_of(current_user)]
    return render_template(
        "admin/senders/list.html", senders=found, words=texts_words, sends_as=room.sends_as
    )


@bp.get("/senders/<int:line_id>")
@administrator
def sender(line_id: int) -> str:
    return _show(lines.line(current_user, line_id), Form())


@bp.post("/senders/<int:line_id>")
@administrator
def save_sender(line_id: int) -> Any:
    line, form = lines.line(current_user, line_id), Form(request.form)
    values, version = _typed(form), form.number("version") or 0
    try:
        form.refuse_unread()
        town, by = line.organization_id, current_user.actor
        room.save_sender(_number(line), version=version, organization_id=town, by=by, **values)
    except Refused as refusal:
        db.session.rollback()
        form.take(refusal)
        return _show(lines.line(current_user, line_id), form, refusal), refusal.status
    db.session.commit()
    flash("L’expéditeur est gardé.", "good")
    return redirect(url_for("admin.senders"))


def _typed(form: Form) -> dict[str, Any]:
    words = {name: form.text(name, longest=20) for name in ("kind", "name", "quiet_from", "quiet_until")}
    most = {name: form.number(name) or 0 for name in ("most_hour", "most_day")}
    return words | most | {name: bool(form.text(name)) for name in ("quiet_days", "provider_stops")}


def _number(line: Line) -> str:
    return line.text_number or line.number


def _show(line: Line, form: Form, refusal: Refused | None = None) -> str:
    found = room.sender_for(_number(line))
    values: dict[str, Any] = {name: getattr(found, name) for name in FIELDS}
    values |= {name: "1" if getattr(found, name) else "" for name in ("quiet_days", "provider_stops")}
    if form.data:
        values |= {"quiet_days": "", "provider_stops": "", **form.values}
    rows = []
    if isinstance(refusal, Stale):
        rows, values["version"] = words.rows(refusal.theirs, refusal.yours), found.version
    return render_template(
        "admin/senders/form.html",
        line=line,
        number=_number(line),
        values=values,
        errors=form.errors,
        rows=rows,
        words=words,
        texts_words=texts_words,
    )
