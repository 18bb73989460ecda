"""What we publish of an organization, read by its owner: confirmed, or corrected, by the link of a letter."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response

from portal.database import db
from portal.directory import reading
from portal.directory.confirming import asking, correcting
from portal.directory.confirming.asking import ConfirmationRequest
from portal.directory.hours.opening import DAYS, read_slots, slots_text
from portal.directory.models import Service
from portal.errors import N_, Missing, Refused
from portal.views import guards, limits
from portal.views.admin.directory.services_rows import read_phone
from portal.views.context import settings
from portal.views.forms import Form
from portal.views.freshness import freshness_text
from portal.views.hours import week
from portal.views.language import current, phone_text
from portal.views.partner import bp

CONFIRMED = N_("Merci. Ce que nous publions de vous est confirmé.")
GOES_ON = N_("Merci, c’est noté. Voici la suite.")
PLAIN = ("phone", "email", "url", "address")


@bp.get("/confirm/<token>")
@guards.anyone
@limits.guesses
def confirm(token: str) -> Any:
    return _page(_opened(token), token)


@bp.post("/confirm/<token>")
@guards.anyone
@limits.guesses
def confirm_all(token: str) -> Any:
    found, form = _opened(token), Form(request.form)
    try:
        asking.answer(found, form.text("seen", longest=64), _apart(found))
    except Refused as refusal:
        db.session.rollback()
        form.take(refusal)
        return _page(_opened(token), token, form, refusal.status)
    db.session.commit()
    over = found.state == "confirmed"
    flash(gettext(CONFIRMED if over else GOES_ON), "good")
    return redirect(url_for("partner.confirm", token=token), 303)


@bp.get("/confirm/<token>/services/<int:service_id>")
@guards.anyone
@limits.guesses
def correct_service(token: str, service_id: int) -> Any:
    found = _opened(token)
    return _form(found, _service(found, service_id), token)


@bp.post("/confirm/<token>/services/<int:service_id>")
@guards.anyone
@limits.guesses
def propose_correction(token: str, service_id: int) -> Any:
    found, form = _opened(token), Form(request.form)
    service = _service(found, service_id)
    try:
        values, note = _read(form, service), form.text("note", longest=2000)
        form.refuse_unread()
        correcting.propose(found, service, values, note)
    except Refused as refusal:
        db.session.rollback()
        form.take(refusal)
        return _form(found, _service(_opened(token), service_id), token, form, refusal.status)
    db.session.commit()
    flash(gettext("Merci. Votre correction est transmise : elle sera publiée quand nous l’aurons relue."))
    return redirect(url_for("partner.confirm", token=token), 303)


def _opened(token: str) -> ConfirmationRequest:
    return asking.open_request(token, settings().secret_key)


def _service(found: ConfirmationRequest, service_id: int) -> Service:
    """One of the services that the link shows; another organization's does not exist."""
    for service in asking.services_of(found):
        if service.id == service_id and found.state != "confirmed":
            return service
    raise Missing


def _apart(found: ConfirmationRequest) -> set[int]:
    """The services whose correction waits: they are not confirmed with the rest."""
    return {number for number, one in correcting.of_request(found).items() if one.state == "waiting"}


def _read(form: Form, service: Service) -> dict[str, Any]:
    values: dict[str, Any] = {name: form.text(name, longest=500) for name in PLAIN}
    as_shown = values["phone"] == phone_text(service.phone)
    values["phone"] = service.phone if as_shown else read_phone(form, "phone")
    schedule = {}
    for day in DAYS:
        try:
            schedule[day] = read_slots(form.text(f"hours-{day}", longest=1000))
        except Refused as refusal:
            form.refuse(f"hours-{day}", gettext(refusal.sentence, **refusal.values))
    active = not form.text("closed")
    return {**values, "schedule": {day: slots for day, slots in schedule.items() if slots}, "active": active}


def _page(
    found: ConfirmationRequest, token: str, form: Form | None = None, status: int = 200
) -> Response | tuple[str, int]:
    services = asking.services_of(found)
    page = render_template(
        "partner/confirm.html",
        found=found,
        token=token,
        host=reading.host(),
        seen=asking.seal(services),
        services=[
            (one, reading.text_in(one, current()).name, week(one.schedule), freshness_text(one))
            for one in services
        ],
        left=asking.left(found),
        corrections=correcting.of_request(found),
        errors=form.errors if form else {},
        error_ids={"": ""},
    )
    return page, status


def _form(
    found: ConfirmationRequest, service: Service, token: str, form: Form | None = None, status: int = 200
) -> Response | tuple[str, int]:
    names = get_locale().days["stand-alone"]["wide"]
    published = {name: getattr(service, name) for name in PLAIN}
    published["phone"] = phone_text(service.phone)
    published |= {f"hours-{day}": slots_text(service.schedule.get(day, [])) for day in DAYS}
    page = render_template(
        "partner/correct.html",
        found=found,
        token=token,
        service=service,
        name=reading.text_in(service, current()).name,
        days=[(day, names[n].capitalize()) for n, day in enumerate(DAYS)],
        values=form.values if form else published,
        errors=form.errors if form else {},
    )
    return page, status
