"""Requests sent to our own services by another organization of this instance: read, taken, refused, asked about."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal import history
from portal.database import db
from portal.errors import Missing
from portal.referrals.following import asking, chains, clocks, inbox, living, receivers, sharing
from portal.referrals.following.referring import hold_referrals
from portal.referrals.models import Referral
from portal.views.choosing import read_service
from portal.views.console.door import agents, bp, me, refusals_shown
from portal.views.downloads import as_download
from portal.views.forms import Form, new_key

VIEWS = {"new": "À lire", "checking": "Reçues, à vérifier", "ours": "Nous nous en occupons"}
DONE = {
    "receive": "C’est noté : la personne sait que vous avez sa demande.",
    "accept": "C’est noté : la personne sait que vous vous en occupez.",
    "refuse": "C’est dit : la demande est reprise par qui l’a envoyée, et la personne en est prévenue.",
    "ask": "Votre question est envoyée.",
    "close": "C’est terminé, et la personne en est prévenue.",
}


@bp.get("/received")
@agents
def received() -> str:
    view = request.args.get("view", "")
    view = view if view in VIEWS else "new"
    rows = inbox.received(view, by=me(), after=request.args.get("after", 0, type=int))
    return render_template(
        "console/referrals/received.html",
        view=view,
        views=VIEWS,
        counts=inbox.waiting(me()),
        rows=rows[: inbox.A_PAGE],
        more=rows[inbox.A_PAGE - 1].id if len(rows) > inbox.A_PAGE else None,
        sender_of=receivers.sender_of,
    )


@bp.get("/received/<int:referral_id>")
@agents
def received_referral(referral_id: int) -> str:
    return _page(inbox.find_received(referral_id, by=me()), Form())


@bp.post("/received/<int:referral_id>/<any(receive,accept,refuse,ask,close):act>")
@agents
def answer_received(referral_id: int, act: str) -> Any:
    found, form = inbox.find_received(referral_id, by=me()), Form(request.form)
    key = form.key()
    hold_referrals(found)  # the same button pressed twice waits for its first time
    with refusals_shown(form):
        if not history.came_from(found, key):
            living.check_seen(found, form.text("seen"))
            _act(found, act, form, key)
    if not form.valid:
        return _page(inbox.find_received(referral_id, by=me()), form), 422
    db.session.commit()
    flash(DONE[act])
    return redirect(url_for("console.received_referral", referral_id=referral_id))


@bp.get("/received/<int:referral_id>/files/<int:attachment_id>")
@agents
def received_file(referral_id: int, attachment_id: int) -> Any:
    found = inbox.find_received(referral_id, by=me())
    files = {} if living.is_final(found) else {one.id: one for one in sharing.files(found.shared)}
    if attachment_id not in files:
        raise Missing
    return as_download(files[attachment_id])


def _act(found: Referral, act: str, form: Form, key: str) -> None:
    who, by = me().name, me().actor
    if act == "receive":
        living.receive(found, who=who, form_key=key, by=by)
    elif act == "accept":
        living.accept(found, who=who, note=form.text("note", longest=2000), form_key=key, by=by)
    elif act == "refuse":
        other, why = read_service(form), form.text("why", longest=2000)
        form.refuse_unread()
        whose = other.id if other is not None else None
        living.refuse(found, form.text("reason"), note=why, redirect_to=whose, who=who, form_key=key, by=by)
    elif act == "ask":
        citizen_too = bool(form.text("to_citizen"))
        asking.ask(found, form.text("body"), who=who, to_citizen=citizen_too, form_key=key, by=by)
    else:
        note = form.text("ended", longest=2000)
        living.close(found, form.text("outcome"), note=note, who=who, form_key=key, by=by)


def _page(found: Referral, form: Form) -> str:
    over = living.is_final(found)
    errors = {{"note": "why"}.get(name, name): said for name, said in form.errors.items()}
    return render_template(
        "console/referrals/received_one.html",
        found=found,
        over=over,
        sender=receivers.sender_of(found.organization_id),
        shared={} if over else found.shared,
        files=[] if over else sharing.files(found.shared),
        messages=[] if over else found.messages,
        formers=chains.chain(found)[1:],
        silence=clocks.silence(found),
        receipts=clocks.receipts(found),
        values=form.values,
        errors=errors,
        error_ids={"": "contenu"},
        form_key=form.key() if form.data else new_key(),
    )
