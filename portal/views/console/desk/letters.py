"""Letters of programs and lists: looked at, and the case opened of one that a person wrote after all."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal.articles import library
from portal.cases import opening
from portal.contacts import answering
from portal.contacts.letters import apart
from portal.contacts.models import Contact
from portal.database import db, hold
from portal.desk import waiting
from portal.rights import find_to_read
from portal.views.console.door import agents, bp, me
from portal.views.context import searcher
from portal.views.paging import before_asked, row_number

A_PAGE = 20
OPENED = "Affaire ouverte, à la date de la lettre. Aucun accusé de réception n’est parti : donnez-le ici."


@bp.get("/letters")
@agents
def letters() -> str:
    """Those that nobody has looked at yet."""
    found = apart.to_see(me(), before=before_asked(), limit=A_PAGE + 1)
    shown = found[:A_PAGE]
    more = shown[-1][0] if len(found) > A_PAGE else None
    return render_template("console/desk/letters.html", shown=shown, more=more)


@bp.post("/letters/seen")
@agents
def see_letters() -> Any:
    """Nothing is to be done of those that were shown. Their words are not read again: one whose person has been
    protected since holds up no other."""
    ids = sorted(set(request.form.getlist("contact", type=row_number)))[:A_PAGE]
    for contact_id in ids:
        contact = find_to_read(Contact, contact_id, by=me())
        hold(contact)
        apart.look_at(contact, by=me().actor)
    db.session.commit()
    flash("C’est noté : il n’y a rien à faire." if ids else "Aucune lettre n’était montrée.")
    return redirect(url_for("console.letters"))


@bp.post("/letters/<int:contact_id>/case")
@agents
def open_letter(contact_id: int) -> Any:
    """It waits in its queue, and has its matter: we had it when it came."""
    contact = answering.hold_contact(contact_id, by=me())
    if apart.is_apart(contact):
        _take_out(contact)
        db.session.commit()
        flash(OPENED)
    if contact.case_id is None:
        return redirect(url_for("console.contact", contact_id=contact.id))
    return redirect(url_for("console.case", case_id=contact.case_id))


def _take_out(contact: Contact) -> None:
    apart.take_out(contact, by=me().actor)
    contact.topic_id = library.topic_about(searcher(), contact.subject, language=contact.language)
    queue = waiting.queue_for_topic(contact.topic_id, organization_id=contact.organization_id)
    if queue is not None:
        waiting.enqueue(contact, queue, by=me().actor)
    opening.open_case(contact, by=me().actor, since=contact.started_at)
