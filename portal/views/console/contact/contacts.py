"""One contact: who it is, what was said, what to answer. The page is one form, so that nothing typed is lost."""

from __future__ import annotations

from typing import Any

from flask import flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from portal.cases import keeping
from portal.contacts import answering
from portal.contacts.models import Contact, Message
from portal.database import db
from portal.desk import taking, waiting
from portal.staff.managing import names_of
from portal.views import guards
from portal.views.console import words
from portal.views.console.contact import addressing, composing, page
from portal.views.console.door import agents, bp, me, refusals_shown
from portal.views.forms import Form


@bp.get("/contacts/<int:contact_id>")
@agents
def contact(contact_id: int) -> str:
    return page.show(answering.find_contact(contact_id, by=me()))


@bp.get("/contacts/<int:contact_id>/messages")
@agents
def messages(contact_id: int) -> Any:
    """The conversation alone, which its page asks for again: what the citizen adds, and what became of ours."""
    g.pop("staff_session", None)  # a page that asks by itself is no sign of life
    found = answering.find_contact(contact_id, by=me())
    said = page.said(found)
    names = names_of({one.author_id for one in said["latest"]})
    answer = make_response(
        render_template("console/contact/messages.html", contact=found, names=names, **said)
    )
    answer.add_etag()
    return answer.make_conditional(request)


@bp.get("/contacts/<int:contact_id>/now")
@agents
def contact_now(contact_id: int) -> Any:
    """Where it has got to, which its page asks for again: taken, ringing, hung up."""
    g.pop("staff_session", None)
    found = answering.find_contact(contact_id, by=me())
    answer = make_response(page.now(found))
    answer.add_etag()
    return answer.make_conditional(request)


@bp.post("/contacts/<int:contact_id>/look")
@guards.asks
@agents
def look(contact_id: int) -> str:
    """Looks for a person, an answer or a service beside what is typed: the same page again, and nothing is changed."""
    found = answering.find_contact(contact_id, by=me())
    form = Form(MultiDict(request.form))
    page.insert_article(found, form)
    composing.rewrite(found, form)
    page.choose_service(found, form)
    return page.show(found, form, sought=form.text("who", longest=200))


@bp.post("/contacts/<int:contact_id>/reply")
@agents
def reply(contact_id: int) -> Any:
    found = answering.hold_contact(contact_id, by=me())
    form = Form(request.form)
    body = form.text("body", required=True)
    channel = form.choice("by", addressing.channels(found), required=True)
    if form.valid:
        with refusals_shown(form):
            sent = _write(found, body, channel, form)
    if not form.valid:
        return page.show(found, form), 422
    db.session.commit()
    form.values["body"] = ""
    if page.half_written(form):
        return page.show(found, form)
    flash(words.sent_how(sent))
    return redirect(url_for("console.contact", contact_id=contact_id, _anchor="conversation"))


def _write(contact: Contact, body: str, channel: str, form: Form) -> Message:
    answering.check_held(contact, by=me())
    if channel == "text":
        composing.check(contact, form, body)
    page.jot(contact, form)
    answering.consult(contact, page.used_articles(form), by=me().actor)
    because = form.text("now_because", longest=300)
    sent = answering.reply(
        contact, body, channel=channel, form_key=form.key(), by=me().actor, now_because=because
    )
    keeping.answered_in(contact, by=me().actor)
    return sent


@bp.post("/contacts/<int:contact_id>/give-back")
@agents
def give_back(contact_id: int) -> Any:
    """Back to those who wait, in the same queue or in another one."""
    found = answering.hold_contact(contact_id, by=me())
    form = Form(request.form)
    if found.agent_id == me().id:
        page.jot(found, form)
    taking.give_back(contact_id, by=me())
    chosen = form.number("queue")
    for queue in waiting.queues(me().organization_id):
        if queue.id == chosen and found.state in ("open", "waiting"):
            waiting.enqueue(found, queue, by=me().actor)
    db.session.commit()
    flash("L’échange est rendu à ceux qui attendent.")
    return redirect(url_for("console.desk"))
