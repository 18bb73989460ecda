"""Doors of the directory for whoever answers or writes: a service found by name, kind or place; kinds by name."""

from __future__ import annotations

from typing import Any

from flask import jsonify, render_template, request

from portal.contacts import answering
from portal.contacts.models import Contact
from portal.desk import handing
from portal.directory.finding import choosing
from portal.directory.models import Service
from portal.views import guards
from portal.views.choosing import kind_label, read_commune
from portal.views.console.door import bp, me
from portal.views.forms import Form

A_PAGE = 20
PROPOSED = 8
OF_A_CALL = ("agent", "supervisor")


@bp.get("/services")
@guards.staff()
def services() -> Any:
    """The services that words mean: a page, or what the field where one types proposes."""
    form = Form(request.args)
    words = form.text("q")[:200]
    if request.accept_mimetypes.best == "application/json":
        found = _proposed(words, form.text("commune")[:20], dialled=bool(form.text("dialled")))
        kinds_of = choosing.kind_names({service.kind for service in found if service.kind})
        return jsonify([_option(service, kinds_of.get(service.kind, "")) for service in found])
    return _page(form, words)


@bp.get("/kinds")
@guards.staff()
def kinds() -> Any:
    """The kinds of service that words mean, for the field where one types."""
    found = choosing.find_kinds(Form(request.args).text("q")[:100])
    return jsonify([{"text": kind_label(one), "value": one.code} for one in found])


@bp.get("/organizations")
@guards.staff()
def organizations() -> Any:
    """The organizations that words mean, for the field where one types."""
    found, _ = choosing.find_organizations(Form(request.args).text("q")[:100], limit=PROPOSED)
    return jsonify([{"text": one.name, "value": one.id} for one in found])


def _proposed(words: str, commune: str, *, dialled: bool) -> list[Service]:
    near = choosing.services_near(
        words, commune=commune, organization_id=me().organization_id, limit=4 * PROPOSED
    )
    return [service for service in near if not dialled or handing.service_target(service)][:PROPOSED]


def _option(service: Service, kind: str) -> dict[str, Any]:
    detail = ", ".join(part for part in (kind, service.address) if part)
    return {"text": choosing.label_of(service), "value": service.id, "detail": detail}


def _page(form: Form, words: str) -> str:
    place = read_commune(form)
    near, own = place.code if place else "", me().organization_id
    call = _call(form.number("contact"))
    return render_template(
        "console/finding/services.html",
        values=form.values,
        errors=form.errors,
        services=_found(words, near, own) if words or near else [],
        most=A_PAGE,
        call=call,
        label_of=choosing.label_of,
        may_be_handed=handing.service_target,
    )


def _found(words: str, commune: str, organization_id: int) -> list[Service]:
    return choosing.services_near(words, commune=commune, organization_id=organization_id, limit=A_PAGE)


def _call(contact_id: int | None) -> Contact | None:
    """The call that is to be handed on, when whoever looks has it."""
    if contact_id is None or me().role not in OF_A_CALL:
        return None
    return answering.find_contact(contact_id, by=me())
