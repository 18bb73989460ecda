"""The wrap-up: one form, one commit."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from portal.cases import keeping
from portal.contacts import answering
from portal.contacts.models import Contact
from portal.database import db
from portal.desk import wrapping_up
from portal.desk.wrapping_up import Outcome
from portal.errors import N_, Refused
from portal.referrals.following import living, referring, sharing
from portal.views.choosing import read_service
from portal.views.console import words
from portal.views.console.contact import addressing, composing, page, questions_form
from portal.views.console.door import agents, bp, end_of_day, me, refusals_shown
from portal.views.forms import Form

LEFT = "Échange terminé. L’orientation n’est pas encore partie : ouvrez-la et dites comment."


@bp.post("/contacts/<int:contact_id>/wrap-up")
@agents
def wrap_up(contact_id: int) -> Any:
    contact = answering.hold_contact(contact_id, by=me())
    form = Form(request.form)
    outcome = read_outcome(form)
    if form.valid:
        with refusals_shown(form):
            finish(contact, outcome, form)
    if not form.valid:
        return page.show(contact, form), 422
    db.session.commit()
    left = any(one.state == "proposed" for one in referring.referrals_of([contact_id]))
    flash(LEFT if left else "Échange terminé.", "warning" if left else "message")
    return redirect(url_for("console.contact", contact_id=contact_id))


def read_outcome(form: Form) -> Outcome:
    """What the wrap-up fields say."""
    due = form.day("due")
    if not form.text("disposition"):
        form.refuse("disposition", "Dites comment l’échange s’est terminé.")
    return Outcome(
        disposition=form.choice("disposition", words.DISPOSITIONS, required=True),
        topic_id=page.topic(form),
        note=form.text("note"),
        answer=form.text("answer"),
        promise=form.text("promise", longest=500),
        due_at=end_of_day(due) if due else None,
        close=bool(form.text("close")),
    )


def finish(contact: Contact, outcome: Outcome, form: Form) -> None:
    """The wrap-up, the referral and the answer that goes with it."""
    by, key = me(), form.key()
    if not wrapping_up.wrap_up(contact, outcome, form_key=key, by=by):
        return
    questions_form.keep(contact, form)
    answering.consult(contact, page.used_articles(form), by=by.actor)
    service = read_service(form)
    form.refuse_unread()
    if service is not None:
        _refer(contact, service.id, form)
    elif outcome.disposition == "referred":
        raise Refused(N_("Dites vers quel service vous orientez."), field="service")
    channel = form.choice("send", addressing.channels(contact))
    if channel == "text" and outcome.answer:
        composing.check(contact, form, outcome.answer, field="answer")
    if channel and outcome.answer:
        answering.reply(contact, outcome.answer, channel=channel, form_key=f"{key}-answer", by=by.actor)
        keeping.answered_in(contact, by=by.actor)


def _refer(contact: Contact, service_id: int, form: Form) -> None:
    """The referral, sent at once where the form says how; else it waits for who chooses what is passed on."""
    by, way = me().actor, form.choice("way", words.WRAP_UP_WAYS)
    rule = form.number("rule")
    form.refuse_unread()
    made = referring.refer(contact, service_id, reason=form.text("reason"), rule_version_id=rule, by=by)
    if way:
        living.send(made, way, fields=tuple(sharing.as_usual(contact)), by=by)
