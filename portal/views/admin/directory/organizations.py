"""Doors of the organizations: who else serves."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import selectinload

from portal import history
from portal.database import db
from portal.directory import editing, reading
from portal.directory.finding import choosing
from portal.directory.models import Organization, Service
from portal.errors import Refused
from portal.staff.managing import names_of
from portal.views import guards
from portal.views.admin import bp
from portal.views.admin.directory import words
from portal.views.forms import Form, shown_again
from portal.views.paging import A_PAGE, last_page, page_asked

administrator = guards.staff("administrator")

FIELDS = ("name", "alternate_name", "description", "phone", "email", "url")


@bp.get("/organizations")
@administrator
def organizations() -> str:
    form = Form(request.args)
    page = page_asked()
    found, total = choosing.find_organizations(form.text("q")[:200], A_PAGE, A_PAGE * (page - 1))
    return render_template(
        "admin/organizations/list.html",
        organizations=found,
        total=total,
        page=page,
        last=last_page(total),
        values=form.values,
        words=words,
    )


@bp.get("/organizations/new")
@administrator
def new_organization() -> str:
    return _show(None, {})


@bp.get("/organizations/<int:organization_id>")
@administrator
def organization(organization_id: int) -> str:
    found = reading.organization(organization_id)
    return _show(found, {name: getattr(found, name) for name in (*FIELDS, "version")})


@bp.post("/organizations")
@administrator
def create_organization() -> Any:
    return _save(None)


@bp.post("/organizations/<int:organization_id>")
@administrator
def save_organization(organization_id: int) -> Any:
    return _save(reading.organization(organization_id))


def _save(found: Organization | None) -> Any:
    form = Form(request.form)
    organization_id = found.id if found else None
    values = {name: form.text(name, longest=2000) for name in FIELDS}
    try:
        form.refuse_unread()
        version = (form.number("version") or 0) if found else None
        me = current_user
        kept = editing.save_organization(found, by=me.actor, version=version, confirmed_by=me.name, **values)
    except Refused as refusal:
        return _show_again(organization_id, form, refusal)
    db.session.commit()
    flash("L’organisation est gardée.", "good")
    return redirect(url_for("admin.organization", organization_id=kept.id))


def _show(found: Organization | None, values: dict[str, Any], **shown: Any) -> str:
    events = history.of(found, limit=20) if found else []
    return render_template(
        "admin/organizations/form.html",
        organization=found,
        values=values,
        services=_services_of(found) if found else [],
        events=events,
        people=names_of(history.actors(events)),
        words=words,
        **{"errors": {}, "rows": [], **shown},
    )


def _show_again(organization_id: int | None, form: Form, refusal: Refused) -> Any:
    db.session.rollback()
    found = reading.organization(organization_id) if organization_id else None
    values: dict[str, Any] = dict(form.values)
    return _show(found, **shown_again(form, refusal, found, values, words.rows)), refusal.status


def _services_of(found: Organization) -> list[Service]:
    """The first of its services: the list of services has them all."""
    query = db.select(Service).filter_by(organization_id=found.id).order_by(Service.search_key, Service.id)
    return list(db.session.scalars(query.options(selectinload(Service.texts)).limit(A_PAGE)))
