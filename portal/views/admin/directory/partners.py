"""Doors of the partners: how each organization takes the referrals made to it, and the key of its system."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal import history
from portal.database import db
from portal.directory import reading
from portal.directory.models import Organization
from portal.errors import Missing, Refused, Stale
from portal.referrals.following.clocks import REMIND_FIRST, REMIND_SECOND
from portal.referrals.models import Partner
from portal.referrals.partners import keys as systems
from portal.referrals.partners import posting
from portal.referrals.partners import settling as partnering
from portal.staff.managing import names_of
from portal.views import choosing, guards
from portal.views.admin import bp
from portal.views.admin.directory import words
from portal.views.context import settings
from portal.views.forms import Form
from portal.views.paging import A_PAGE, last_page, page_asked

administrator = guards.staff("administrator")

WAYS = {
    "email": ("Par courriel", "Un lien signé : lire, prendre, refuser, sans compte."),
    "api": ("Par son système", "Une clé pour lire, et une adresse où nous annonçons ce qui change."),
    "phone": ("Par téléphone", "L’agent appelle avant d’orienter."),
    "none": ("Ne prend pas d’orientation", "La personne reçoit l’adresse et s’y rend elle-même."),
}
ACTS = {
    "key": (systems.make_key, "La clé"),
    "secret": (systems.make_secret, "Le secret des annonces"),
}


@bp.get("/partners")
@administrator
def partners() -> Any:
    form = Form(request.args)
    chosen = choosing.read_organization(form) if form.values.get("organization-words") else None
    if chosen is not None:
        return redirect(url_for("admin.partner", organization_id=chosen.id))
    page = page_asked()
    found, total = partnering.partners(A_PAGE, A_PAGE * (page - 1))
    return render_template(
        "admin/partners/list.html",
        partners=found,
        total=total,
        page=page,
        last=last_page(total),
        ways=WAYS,
        values=form.values,
        errors=form.errors,
    )


@bp.get("/partners/<int:organization_id>")
@administrator
def partner(organization_id: int) -> str:
    owner = reading.organization(organization_id)
    return _show(owner, _values(owner, partnering.find_partner(owner)))


@bp.post("/partners/<int:organization_id>")
@administrator
def save_partner(organization_id: int) -> Any:
    owner, form = reading.organization(organization_id), Form(request.form)
    values: dict[str, Any] = {
        "way": form.choice("way", WAYS, required=True),
        "email": form.text("email", longest=254),
        "webhook_url": form.text("webhook_url", longest=500),
        "remind_first": form.number("remind_first") or 0,
        "remind_second": form.number("remind_second") or 0,
    }
    try:
        form.refuse_unread()
        there, version = posting.way_of(settings()), form.number("version") or 0
        partnering.save_partner(owner, version=version, by=current_user.actor, way_there=there, **values)
    except Refused as refusal:
        return _show_again(organization_id, form, refusal)
    db.session.commit()
    flash("C’est gardé : les prochaines orientations partent ainsi.", "good")
    return redirect(url_for("admin.partner", organization_id=organization_id))


@bp.post("/partners/<int:organization_id>/<any(key,secret):what>")
@administrator
def make_partner_key(organization_id: int, what: str) -> Any:
    """Made and shown this once: only a digest of the key is kept."""
    found = _settled(organization_id)
    verb, title = ACTS[what]
    made = verb(found, by=current_user.actor)
    db.session.commit()
    page = render_template("admin/partners/key.html", organization=found.organization, title=title, key=made)
    return page, {"Cache-Control": "no-store"}


@bp.post("/partners/<int:organization_id>/key-removal")
@administrator
def drop_partner_key(organization_id: int) -> Any:
    systems.drop_key(_settled(organization_id), by=current_user.actor)
    db.session.commit()
    flash("La clé n’ouvre plus rien.", "good")
    return redirect(url_for("admin.partner", organization_id=organization_id))


def _settled(organization_id: int) -> Partner:
    found = partnering.find_partner(reading.organization(organization_id))
    if found is None:
        raise Missing
    return found


def _values(owner: Organization, found: Partner | None) -> dict[str, Any]:
    if found is None:
        days = {"remind_first": REMIND_FIRST, "remind_second": REMIND_SECOND}
        return {"way": "email", "email": owner.email, "webhook_url": "", **days, "version": 0}
    return {name: getattr(found, name) for name in (*partnering.FIELDS, "version")}


def _show(owner: Organization, values: dict[str, Any], **shown: Any) -> str:
    events = [event for event in history.of(owner, limit=50) if event.verb.startswith("partner.")]
    return render_template(
        "admin/partners/form.html",
        organization=owner,
        partner=partnering.find_partner(owner),
        ways=[(way, *said) for way, said in WAYS.items()],
        values=values,
        events=events,
        people=names_of(history.actors(events)),
        words=words,
        **{"errors": {}, "rows": [], **shown},
    )


def _show_again(organization_id: int, form: Form, refusal: Refused) -> Any:
    db.session.rollback()
    owner, values, rows = reading.organization(organization_id), dict(form.values), []
    if isinstance(refusal, Stale):
        rows = words.rows(refusal.theirs, refusal.yours)
        found = partnering.find_partner(owner)
        values["version"] = str(found.version) if found else ""
    form.take(refusal)
    return _show(owner, values, errors=form.errors, rows=rows), refusal.status
