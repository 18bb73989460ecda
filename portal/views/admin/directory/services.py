"""Doors of the services: whom people are sent to, how to reach them, when, and what to bring."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import ColumnElement

from portal import clock, history
from portal.database import db
from portal.directory import editing, places, reading
from portal.directory.confirming import freshness
from portal.directory.finding import choosing as directory
from portal.directory.finding.searching import COUNTED, find_services
from portal.directory.models import Department, Service
from portal.errors import Refused, Stale
from portal.staff.managing import names_of
from portal.views import choosing, guards
from portal.views.admin import bp
from portal.views.admin.channels import lines_words as hours_words
from portal.views.admin.directory import services_form, services_rows
from portal.views.admin.directory import words as services_words
from portal.views.context import settings
from portal.views.forms import Form, shown_again
from portal.views.paging import A_PAGE, last_page, page_asked

writers = guards.staff("administrator", "editor")


@bp.get("/services")
@writers
def services() -> str:
    """The services searched: never all of them, for a country has tens of thousands."""
    form = Form(request.args)
    kind = choosing.read_kind(form)
    page = page_asked()
    where = (kind.code if kind else "", form.text("department")[:3], A_PAGE, A_PAGE * (page - 1))
    found, total = find_services(form.text("q")[:200], *where, active=None, also=_narrowed(form))
    return render_template(
        "admin/services/list.html",
        services=[] if form.errors else found,
        total=_counted(total, page),
        page=page,
        last=last_page(total),
        values=form.values,
        errors=form.errors,
        departments=_departments(),
        kinds=directory.kind_names({one.kind for one in found}),
        words=services_words,
    )


@bp.get("/services/new")
@writers
def new_service() -> str:
    return _show(None, {"organization": current_user.organization_id, "status": "active"})


@bp.get("/services/<int:service_id>")
@writers
def service(service_id: int) -> str:
    found = reading.service(service_id)
    return _show(found, services_form.values_of(found))


@bp.post("/services")
@writers
def create_service() -> Any:
    return _save(None)


@bp.post("/services/<int:service_id>")
@writers
def save_service(service_id: int) -> Any:
    return _save(reading.service(service_id))


def _save(found: Service | None) -> Any:
    form = Form(request.form)
    owner = choosing.read_organization(form, required=True) if found is None else None
    values = services_form.read(form, found)
    if more := form.values.get("more"):
        services_rows.add_row(form.values, more)
        return _show(found, form.values, errors=_told_now(form, more))
    try:
        form.refuse_unread()
        version = (form.number("version") or 0) if found else None
        kept = editing.save_service(
            found,
            by=current_user.actor,
            version=version,
            organization_id=owner.id if owner else None,
            confirmed_by=current_user.name,
            **values,
        )
    except Refused as refusal:
        return _show_again(found.id if found else None, form, refusal)
    db.session.commit()
    flash("Le service est gardé.", "good")
    return redirect(url_for("admin.service", service_id=kept.id))


def _counted(total: int, page: int) -> str:
    """« plus de 1 000 » where they were not all counted."""
    most = A_PAGE * (page - 1) + COUNTED
    return f"plus de {most:_}".replace("_", "\u202f") if total > most else str(total)


def _narrowed(form: Form) -> list[ColumnElement[bool]]:
    """What is asked of their source, and of how long ago they were confirmed."""
    narrowed = []
    if source := form.choice("source", services_words.SOURCES):
        narrowed.append(Service.source == source)
    if form.text("stale"):
        narrowed.append(freshness.stale(Service, clock.now(), settings().stale_months))
    return narrowed


def _departments() -> list[tuple[str, str]]:
    found = db.session.scalars(db.select(Department).order_by(Department.code))
    return [(one.code, f"{one.code} – {one.name}") for one in found]


def _told_now(form: Form, more: str) -> dict[str, str]:
    """What a button that only adds a row says: what could not be added, and nothing of the rest yet."""
    return {name: said for name, said in form.errors.items() if name == f"more_{more}"}


def _show(found: Service | None, values: dict[str, Any], **shown: Any) -> str:
    events = history.of(found, limit=20) if found else []
    return render_template(
        "admin/services/form.html",
        service=found,
        values=values,
        numbers=services_rows.numbers,
        shared=places.shared_with(found) if found else {},
        events=events,
        people=names_of(history.actors(events)),
        statuses=list(services_form.STATUSES.items()),
        place_types=list(services_form.PLACE_TYPES.items()),
        phone_types=list(services_form.PHONE_TYPES.items()),
        words=services_words,
        hours_words=hours_words,
        **{"errors": {}, "rows": [], **shown},
    )


def _show_again(service_id: int | None, form: Form, refusal: Refused) -> Any:
    db.session.rollback()
    found = reading.service(service_id) if service_id else None
    values: dict[str, Any] = dict(form.values)
    if isinstance(refusal, Stale):
        values |= {name: "" for name in values if name.startswith("places-") and name.endswith("-version")}
    return _show(found, **shown_again(form, refusal, found, values, services_words.rows)), refusal.status
