"""Doors of the appearance: the name, colour and logo of the public pages, tried in a preview before they act."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal.database import db
from portal.directory.appearance import colours, dressing, logos
from portal.directory.appearance.models import Appearance
from portal.directory.models import Organization
from portal.errors import N_, Missing, NotYours, Refused, Stale
from portal.staff.managing import names_of
from portal.views import guards, site
from portal.views.admin import bp
from portal.views.admin.directory import words
from portal.views.forms import Form

administrator = guards.staff("administrator")

KINDS = {logos.PNG: "image PNG", logos.SVG: "dessin SVG", "": "aucun : la première lettre du nom"}


@bp.get("/appearance")
@administrator
def appearance() -> str:
    host = _host()
    draft = dressing.draft_of(host.id)
    shown = draft or dressing.published(host.id)
    values = {
        "name": draft.name if draft else host.name,
        "colour": shown.colour if shown else colours.USUAL,
        "version": draft.version if draft else "",
    }
    return _page(host, values)


@bp.post("/appearance")
@administrator
def save_appearance() -> Any:
    """Keeps a draft, and shows it."""
    form = Form(request.form)
    try:
        form.refuse_unread()
        dressing.save_draft(_host(), by=current_user.actor, **_read(form))
    except Refused as refusal:
        return _show_again(form, refusal)
    db.session.commit()
    return redirect(url_for("admin.preview_appearance"))


@bp.post("/appearance/former/<int:number>")
@administrator
def take_appearance_again(number: int) -> Any:
    dressing.draft_again(_host(), number, by=current_user.actor)
    db.session.commit()
    return redirect(url_for("admin.preview_appearance"))


@bp.get("/appearance/preview")
@administrator
def preview_appearance() -> Any:
    draft = dressing.draft_of(_host().id)
    return _preview(draft) if draft else redirect(url_for("admin.appearance"))


@bp.get("/appearance/draft.css")
@administrator
def draft_colours() -> Response:
    return Response(colours.sheet(_draft().colour), mimetype="text/css")


@bp.get("/appearance/draft-logo")
@administrator
def draft_logo() -> Response:
    draft = _draft()
    if not draft.logo_type:
        raise Missing
    return site.logo_answer(draft, "no-store")


@bp.post("/appearance/publication")
@administrator
def publish_appearance() -> Any:
    form = Form(request.form)
    seen = {"version": form.number("version") or 0, "host_version": form.number("host_version") or 0}
    try:
        dressing.publish(_host(), by=current_user.actor, **seen)
    except Stale as refusal:
        db.session.rollback()
        return _preview(_draft(), overtaken=True), refusal.status
    db.session.commit()
    flash("Le portail a changé d’apparence.", "good")
    return redirect(url_for("admin.appearance"))


@bp.post("/appearance/removal")
@administrator
def drop_appearance() -> Any:
    dressing.drop_draft(_host(), by=current_user.actor)
    db.session.commit()
    flash("L’essai est abandonné : le portail garde son apparence.", "good")
    return redirect(url_for("admin.appearance"))


def _host() -> Organization:
    """The organization whose pages these are. Refuses the administrators of another."""
    host = site.host_organization()
    if host is None or host.id != current_user.organization_id:
        raise NotYours(N_("Seule l’organisation qui héberge le portail en règle l’apparence."))
    return host


def _draft() -> Appearance:
    draft = dressing.draft_of(_host().id)
    if draft is None:
        raise Missing
    return draft


def _read(form: Form) -> dict[str, Any]:
    sent = request.files.get("logo")
    return {
        "name": form.text("name"),
        "colour": form.text("take") or form.text("colour"),
        "logo": logos.read_logo(sent.read(logos.LARGEST + 1)) if sent and sent.filename else None,
        "without_logo": bool(form.text("without_logo")),
        "version": form.number("version"),
    }


def _show_again(form: Form, refusal: Refused) -> Any:
    db.session.rollback()
    host = _host()
    values: dict[str, Any] = dict(form.values)
    shown: dict[str, Any] = {}
    if isinstance(refusal, Stale):
        draft = dressing.draft_of(host.id)
        values["version"] = draft.version if draft else ""
        shown["rows"] = words.rows(refusal.theirs, refusal.yours)
    elif "nearest" in refusal.values:
        values["colour"] = refusal.values["colour"]
        shown["nearest"] = refusal.values["nearest"]
    form.take(refusal)
    return _page(host, values, errors=form.errors, **shown), refusal.status


def _page(host: Organization, values: dict[str, Any], **shown: Any) -> str:
    former = dressing.former(host.id)
    now, draft = dressing.published(host.id), dressing.draft_of(host.id)
    told = [one for one in (now, *former) if one]
    return render_template(
        "admin/appearance/form.html",
        host=host,
        published=now,
        draft=draft,
        has_logo=any(one.logo_type for one in (draft or now,) if one),
        told=told,
        people=names_of({one.published_by_id for one in told}),
        usual=colours.USUAL,
        kinds=KINDS,
        values=values,
        **{"errors": {}, "rows": [], "nearest": "", **shown},
    )


def _preview(draft: Appearance, overtaken: bool = False) -> str:
    """The public pages as they would be, in the town's own layout."""
    host, now = _host(), dressing.published(draft.organization_id)
    logo = url_for("admin.draft_logo", v=draft.logo_digest[:12]) if draft.logo_type else None
    sheet, icon = url_for("admin.draft_colours", v=draft.version), site.icon_url(draft.colour)
    rows = [
        ("Nom", host.name, draft.name),
        ("Couleur", now.colour if now else colours.USUAL, draft.colour),
        ("Logo", _logo_said(now), _logo_said(draft)),
    ]
    return render_template(
        "admin/appearance/preview.html",
        site={**site.site(), "name": draft.name, "logo_url": logo, "sheet_url": sheet, "icon_url": icon},
        host=host,
        draft=draft,
        rows=rows,
        overtaken=overtaken,
    )


def _logo_said(look: Appearance | None) -> str:
    if look is None or not look.logo_type:
        return KINDS[""]
    return f"{KINDS[look.logo_type]} ({look.logo_digest[:8]})"
