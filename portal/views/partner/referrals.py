"""A referral as its receiver sees it, by the link of a letter: read, take, refuse, ask, close.

Reading changes nothing: mail filters open links before people do. Each answer is a button.
"""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from portal import history
from portal.database import db
from portal.directory.finding.searching import find_services
from portal.errors import N_, Missing, Refused
from portal.referrals.following import asking, chains, clocks, links, living, receivers, sentences, sharing
from portal.referrals.following.living import Overtaken
from portal.referrals.following.referring import hold_referrals
from portal.referrals.models import Referral
from portal.views import guards, limits
from portal.views.downloads import as_download
from portal.views.forms import Form, new_key
from portal.views.language import current
from portal.views.partner import bp

MOST_FOUND = 8
REASONS = {
    "not_for_us": N_("Ce n’est pas de notre ressort"),
    "wrong_area": N_("Ce n’est pas notre territoire"),
    "missing_piece": N_("Il manque une pièce : la demander à la personne"),
    "duplicate": N_("Nous l’avons déjà reçue"),
    "unreachable": N_("Nous ne pouvons recevoir personne en ce moment"),
}
OUTCOMES = {
    "done": N_("C’est fait : la personne a eu ce qu’elle demandait, ou une décision"),
    "done_without_help": N_("Reçue, mais nous n’avons pas pu l’aider"),
    "unreachable": N_("Nous n’avons pas réussi à joindre la personne"),
}
THANKS = {
    "receive": N_("C’est noté : la personne sait que vous avez sa demande."),
    "accept": N_("Merci. La personne sait que vous vous en occupez."),
    "refuse": N_("Merci de l’avoir dit. Nous reprenons la demande, et la personne en est prévenue."),
    "ask": N_("Votre question est envoyée. Vous recevrez un message quand nous aurons répondu."),
    "close": N_("Merci. C’est terminé, et la personne en est prévenue."),
}


@bp.get("/referrals/<token>")
@guards.anyone
@limits.guesses
def referral(token: str) -> Any:
    return _page(links.open_link(token), token, Form())


@bp.post("/referrals/<token>/<any(receive,accept,refuse,ask,close):act>")
@guards.anyone
@limits.guesses
def answer_referral(token: str, act: str) -> Any:
    found, form = links.open_link(token), Form(request.form)
    key = form.key()
    hold_referrals(found)  # the same button pressed twice waits for its first time
    try:
        if not history.came_from(found, key):
            living.check_seen(found, form.text("seen"))
            _act(found, act, form, key)
    except Refused as refusal:
        return _refused(token, form, refusal)
    db.session.commit()
    flash(gettext(THANKS[act]))
    return redirect(url_for("partner.referral", token=token), 303)


@bp.post("/referrals/<token>/look")
@guards.asks
@guards.anyone
@limits.guesses
def look_for_service(token: str) -> Any:
    """Looks for the service that it should go to; nothing is kept."""
    return _page(links.open_link(token), token, Form(request.form))


@bp.get("/referrals/<token>/files/<int:attachment_id>")
@guards.anyone
@limits.guesses
def referral_file(token: str, attachment_id: int) -> Any:
    found = links.open_link(token)
    files = {} if living.is_final(found) else {one.id: one for one in sharing.files(found.shared)}
    if attachment_id not in files:
        raise Missing
    return as_download(files[attachment_id])


def _act(found: Referral, act: str, form: Form, key: str) -> None:
    who = form.text("who", longest=100)
    form.refuse_unread()
    if act == "receive":
        living.receive(found, who=who, form_key=key)
    elif act == "accept":
        living.accept(found, who=who, note=form.text("note", longest=2000), form_key=key)
    elif act == "refuse":
        why, other = form.text("why", longest=2000), form.number("redirect_to")
        living.refuse(found, form.text("reason"), note=why, redirect_to=other, who=who, form_key=key)
    elif act == "ask":
        asking.ask(found, form.text("body"), who=who, to_citizen=bool(form.text("to_citizen")), form_key=key)
    else:
        note = form.text("ended", longest=2000)
        living.close(found, form.text("outcome"), note=note, who=who, form_key=key)


def _refused(token: str, form: Form, refusal: Refused) -> Any:
    """The page as it was typed, with why; or as it now stands, where a colleague was first."""
    db.session.rollback()
    found = links.open_link(token)
    if isinstance(refusal, Overtaken):
        flash(gettext(refusal.sentence), "warning")
        return _page(found, token, Form(), status=409)
    if refusal.status != Refused.status:
        raise refusal
    field = {"note": "why"}.get(refusal.field or "", refusal.field or "")
    form.refuse(field, gettext(refusal.sentence, **refusal.values))
    return _page(found, token, form, status=422)


def _page(found: Referral, token: str, form: Form, status: int = 200) -> Response | tuple[str, int]:
    sender = receivers.sender_of(found.organization_id)
    if living.is_final(found) or found.state == "proposed":
        said = {"found": found, "sender": sender, "state": sentences.STATES.get(found.state, "")}
        return render_template("partner/referral_over.html", **said), 410
    page = render_template(
        "partner/referral.html",
        found=found,
        token=token,
        sender=sender,
        name=receivers.name_of(found.service, current()),
        files=sharing.files(found.shared),
        silence=clocks.silence(found),
        receipts=clocks.receipts(found),
        formers=[(one, receivers.name_of(one.service, current())) for one in chains.chain(found)[1:]],
        looked=_looked(form),
        reasons=[(code, gettext(words)) for code, words in REASONS.items()],
        outcomes=[(code, gettext(words)) for code, words in OUTCOMES.items()],
        reason_words=REASONS,
        values={**form.values, "who": form.values.get("who") or found.receiver},
        errors=form.errors,
        error_ids={"": "contenu"},
        form_key=form.key() if form.data else new_key(),
    )
    return page, status


def _looked(form: Form) -> list[tuple[int, str, str]] | None:
    """The services found by the words typed, with where they are; None while nobody has looked."""
    typed = form.text("look", longest=200)
    if not typed:
        return None
    found = find_services(typed, limit=MOST_FOUND)[0]
    return [(one.id, receivers.name_of(one, current()), one.address) for one in found]
