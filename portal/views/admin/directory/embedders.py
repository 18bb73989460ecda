"""Doors of the sites that may show our search box and our questions in a frame."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal.database import db
from portal.directory import embedders as sites
from portal.directory.models import Embedder
from portal.errors import Refused
from portal.views import guards
from portal.views.admin import bp
from portal.views.admin.directory import words
from portal.views.forms import Form, shown_again

administrator = guards.staff("administrator")


@bp.get("/embedders")
@administrator
def embedders() -> str:
    return _page(None, {"active": "1"})


@bp.get("/embedders/<int:embedder_id>")
@administrator
def embedder(embedder_id: int) -> str:
    found = _found(embedder_id)
    return _page(found, {name: getattr(found, name) for name in ("name", "origin", "active", "version")})


@bp.post("/embedders")
@administrator
def create_embedder() -> Any:
    return _save(None)


@bp.post("/embedders/<int:embedder_id>")
@administrator
def save_embedder(embedder_id: int) -> Any:
    return _save(_found(embedder_id))


def _found(embedder_id: int) -> Embedder:
    return sites.embedder(embedder_id, organization_id=current_user.organization_id)


def _save(found: Embedder | None) -> Any:
    form, embedder_id = Form(request.form), found.id if found else None
    try:
        form.refuse_unread()
        sites.save_embedder(
            found,
            organization_id=current_user.organization_id,
            name=form.text("name", longest=200),
            origin=form.text("origin", longest=300),
            active=bool(form.text("active")),
            version=form.number("version") or 0,
            by=current_user.actor,
        )
    except Refused as refusal:
        return _show_again(embedder_id, form, refusal)
    db.session.commit()
    flash("Le site est gardé.", "good")
    return redirect(url_for("admin.embedders"))


def _show_again(embedder_id: int | None, form: Form, refusal: Refused) -> Any:
    db.session.rollback()
    found = _found(embedder_id) if embedder_id else None
    values: dict[str, Any] = {"active": "", **form.values}
    return _page(found, **shown_again(form, refusal, found, values, words.rows)), refusal.status


def _page(found: Embedder | None, values: dict[str, Any], **shown: Any) -> str:
    return render_template(
        "admin/embedders.html",
        embedder=found,
        embedders=sites.embedders(current_user.organization_id),
        values=values,
        words=words,
        **{"errors": {}, "rows": [], **shown},
    )
