"""Doors of the mailboxes: our addresses, in which queue their letters wait, and whether the mailbox is read."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal.contacts.letters import mailboxes as boxes
from portal.database import db
from portal.desk.waiting import queues
from portal.errors import Refused, Stale
from portal.mail.models import Mailbox, MailFolder
from portal.views import guards
from portal.views.admin import bp
from portal.views.admin.content import words
from portal.views.context import settings
from portal.views.forms import Form

administrator = guards.staff("administrator")


@bp.get("/mailboxes")
@administrator
def mailboxes() -> str:
    return _page(None, Form())


@bp.get("/mailboxes/<int:mailbox_id>")
@administrator
def mailbox(mailbox_id: int) -> str:
    return _page(_found(mailbox_id), Form())


@bp.post("/mailboxes")
@administrator
def create_mailbox() -> Any:
    return _save(None)


@bp.post("/mailboxes/<int:mailbox_id>")
@administrator
def save_mailbox(mailbox_id: int) -> Any:
    return _save(_found(mailbox_id))


@bp.post("/mailboxes/<int:mailbox_id>/removal")
@administrator
def remove_mailbox(mailbox_id: int) -> Any:
    boxes.remove_mailbox(_found(mailbox_id), by=current_user.actor)
    db.session.commit()
    flash("L’adresse n’est plus une de nos boîtes.", "good")
    return redirect(url_for("admin.mailboxes"))


def _found(mailbox_id: int) -> Mailbox:
    return boxes.mailbox(mailbox_id, organization_id=current_user.organization_id)


def _save(found: Mailbox | None) -> Any:
    form, mailbox_id = Form(request.form), found.id if found else None
    known = [str(queue.id) for queue in queues(current_user.organization_id)]
    chosen = form.choice("queue", known)
    values = {
        "address": form.text("address", longest=254),
        "queue_id": int(chosen) if chosen else None,
        "plus": bool(form.text("plus")),
    }
    try:
        form.refuse_unread()
        boxes.save_mailbox(
            found,
            organization_id=current_user.organization_id,
            version=form.number("version") or 0,
            by=current_user.actor,
            **values,
        )
    except Refused as refusal:
        db.session.rollback()
        form.take(Refused(refusal.sentence, field="address" if refusal.field == "email" else refusal.field))
        return _page(_found(mailbox_id) if mailbox_id else None, form, refusal), refusal.status
    db.session.commit()
    flash("La boîte est gardée.", "good")
    return redirect(url_for("admin.mailboxes"))


def _page(found: Mailbox | None, form: Form, refusal: Refused | None = None) -> str:
    values: dict[str, Any] = {}
    if found:
        values = {"address": found.address, "queue": found.queue_id, "version": found.version}
    values |= form.values
    if isinstance(refusal, Stale) and found:
        values["version"] = found.version
    plus = bool(form.values.get("plus")) if form.data else bool(found and found.plus)
    return render_template(
        "admin/mailboxes/list.html",
        mailbox=found,
        mailboxes=boxes.mailboxes(current_user.organization_id),
        queues=[(queue.id, queue.name) for queue in queues(current_user.organization_id)],
        folders=list(db.session.scalars(db.select(MailFolder))),
        reads=bool(settings().imap_host),
        values=values,
        plus=plus,
        errors=form.errors,
        rows=words.rows(refusal.theirs, refusal.yours) if isinstance(refusal, Stale) else [],
        words=words,
    )
