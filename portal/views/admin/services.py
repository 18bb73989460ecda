"""Doors of the services: whom people are sent to, how to reach them and when."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal.database import db
from portal.directory import editing, reading
from portal.directory.models import Organization, Service
from portal.directory.opening import EXCEPTIONS, TERRITORY, read_slots, slots_text
from portal.errors import Refused, Stale
from portal.views import guards
from portal.views.admin import bp
from portal.views.admin import content_words as words
from portal.views.forms import Form

writers = guards.staff("administrator", "editor")

TEXTS = ("kind", "phone", "email", "url", "address", "deaf_relay_url")


@bp.get("/services")
@writers
def services() -> str:
    return render_template("admin/services/list.html", organizations=reading.organizations(), words=words)


@bp.get("/services/new")
@writers
def new_service() -> str:
    return _show(None, {"active": "1", "organization_id": current_user.organization_id})


@bp.get("/services/<int:service_id>")
@writers
def service(service_id: int) -> str:
    found = reading.service(service_id)
    return _show(found, _values(found))


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
    service_id = found.id if found else None
    try:
        values = _read(form)
        values["schedule"] |= _calendar(found)
        form.refuse_unread()
        editing.save_service(
            found,
            by=current_user.actor,
            version=(form.number("version") or 0) if found else None,
            organization_id=form.number("organization_id"),
            **values,
        )
    except Refused as refusal:
        return _show_again(service_id, form, refusal)
    db.session.commit()
    flash("Le service est gardé.", "good")
    return redirect(url_for("admin.services"))


def _read(form: Form) -> dict[str, Any]:
    texts = {
        language: {
            "name": form.text(f"name_{language}", longest=200),
            "summary": form.text(f"summary_{language}", longest=1000),
        }
        for language in words.LANGUAGES
    }
    schedule = {day: read_slots(form.text(f"schedule-{day}", longest=1000)) for day in words.DAYS}
    values: dict[str, Any] = {name: form.text(name, longest=500) for name in TEXTS}
    return {
        **values,
        "texts": texts,
        "schedule": {day: slots for day, slots in schedule.items() if slots},
        "active": bool(form.text("active")),
    }


def _values(found: Service) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(found, name) for name in (*TEXTS, "version", "organization_id")}
    values["active"] = "1" if found.active else ""
    for language, text in found.texts.items():
        values |= {f"name_{language}": text.name, f"summary_{language}": text.summary}
    for day in words.DAYS:
        values[f"schedule-{day}"] = slots_text(found.schedule.get(day, []))
    return values


def _calendar(found: Service | None) -> dict[str, Any]:
    """What of a schedule this form does not show, and must not lose."""
    schedule = found.schedule if found else {}
    return {name: schedule[name] for name in (TERRITORY, EXCEPTIONS) if schedule.get(name)}


def _show(found: Service | None, values: dict[str, Any], **shown: Any) -> str:
    organizations = db.session.scalars(db.select(Organization).order_by(Organization.name))
    return render_template(
        "admin/services/form.html",
        service=found,
        values=values,
        organizations=[(one.id, one.name) for one in organizations],
        words=words,
        **{"errors": {}, "rows": [], **shown},
    )


def _show_again(service_id: int | None, form: Form, refusal: Refused) -> Any:
    db.session.rollback()
    found = reading.service(service_id) if service_id else None
    values: dict[str, Any] = {"active": "", **form.values}
    rows = []
    if isinstance(refusal, Stale) and found:
        rows = words.rows(refusal.theirs, refusal.yours)
        values["version"] = found.version
    form.take(refusal)
    return _show(found, values, errors=form.errors, rows=rows), refusal.status
