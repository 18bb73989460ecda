"""Doors of the demo only: where letters stay that no SMTP server takes, and where one writes to the town."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from portal.citizens.identifying import email_address
from portal.contacts.letters import mailboxes
from portal.database import db
from portal.directory import reading as directory
from portal.errors import Refused
from portal.mail.keeping import keep_letter
from portal.mail.models import Letter
from portal.views import guards
from portal.views.context import settings
from portal.views.forms import Form

bp = Blueprint("demo", __name__, url_prefix="/demo")


@bp.get("/mailbox")
@guards.demo_only
def mailbox() -> str:
    """The letters; with `answer`, the form filled to answer one of them."""
    form = Form()
    asked = Form(request.args).number("answer")
    answered = db.session.get(Letter, asked) if asked is not None else None
    if answered is not None:
        subject = answered.subject if answered.subject.startswith("Re:") else f"Re: {answered.subject}"
        quoted = "\n".join(f"> {line}" for line in answered.body.splitlines())
        form.values.update(
            sender=answered.to, subject=subject, body=f"\n\nLe 1/1 à 08:00, Mairie a écrit :\n{quoted}"
        )
    return _page(form, answered)


@bp.post("/mailbox")
@guards.demo_only
def write_to_town() -> Any:
    """A letter to the town, as a mail server would bring it."""
    form = Form(request.form)
    asked = form.number("answered")
    answered = db.session.get(Letter, asked) if asked is not None else None
    try:
        raw = _letter(form, answered)
    except Refused as refusal:
        form.take(refusal)
        return _page(form, answered), refusal.status
    keep_letter(settings(), raw, source="demo")
    db.session.commit()
    flash("Lettre partie : elle est sur le bureau des agents dans un instant.", "good")
    return redirect(url_for("demo.mailbox"), 303)


def _letter(form: Form, answered: Letter | None) -> bytes:
    letter = EmailMessage(policy=SMTP)
    try:
        sender = email_address(form.text("sender", longest=200))
    except Refused as refusal:
        raise Refused(refusal.sentence, field="sender") from None
    letter["From"] = sender
    letter["To"] = (answered.reply_to if answered else "") or _town()
    letter["Subject"] = " ".join(form.text("subject", longest=300).split())
    letter["Message-ID"] = make_msgid(domain=sender.partition("@")[2])
    if answered is not None:
        letter["In-Reply-To"] = letter["References"] = f"<{answered.message_id}>"
    letter.set_content(form.text("body"))
    for file in request.files.getlist("files"):
        if file.filename:
            kind, _, detail = (file.mimetype or "application/octet-stream").partition("/")
            letter.add_attachment(file.read(), maintype=kind, subtype=detail, filename=file.filename)
    form.refuse_unread()
    return letter.as_bytes()


def _town() -> str:
    host = directory.host()
    return (mailboxes.return_address(host.id, "") if host else "") or "mairie@localhost.example"


def _page(form: Form, answered: Letter | None) -> str:
    letters = db.session.scalars(db.select(Letter).order_by(Letter.id.desc()).limit(50))
    return render_template(
        "demo/mailbox.html",
        letters=list(letters),
        answered=answered,
        values=form.values,
        errors=form.errors,
        town=(answered.reply_to if answered else "") or _town(),
    )
