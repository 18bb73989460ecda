"""Doors of the documents: the list, an upload, what we say of one, another file for it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_login import current_user

from portal import history
from portal.articles import documents as verbs
from portal.articles import files, shelf
from portal.articles.files import Upload
from portal.articles.models import STATES, Document
from portal.database import db
from portal.errors import N_, Missing, Refused, Stale
from portal.staff.managing import names_of
from portal.views import context, guards
from portal.views.admin import bp
from portal.views.admin.content import words
from portal.views.forms import Form
from portal.views.paging import A_PAGE, last_page, page_asked

writers = guards.staff("administrator", "editor")

DONE = {
    "new": "Le document est gardé. La recherche le montre dans un instant.",
    "format": "Ce texte était déjà là dans un autre format : les deux se téléchargent au même endroit.",
    "same": "Ce fichier était déjà là.",
}


@bp.get("/documents")
@writers
def documents() -> str:
    return _show_list(Form())


@bp.post("/documents")
@writers
def add_document() -> Any:
    form = Form(request.form)
    title, summary, topic = (form.text(name, longest=1000) for name in ("title", "summary", "topic"))
    try:
        form.refuse_unread()
        with _received() as upload:
            outcome = verbs.add_document(
                upload, title=title, summary=summary, topic=topic, by=current_user.actor
            )
            db.session.commit()
    except Refused as refusal:
        db.session.rollback()
        form.take(refusal)
        return _show_list(form), refusal.status
    flash(DONE[outcome.what] + (_empty() if upload.text.empty else ""), "good")
    return redirect(url_for("admin.document", document_id=outcome.document.id))


@bp.get("/documents/<int:document_id>")
@writers
def document(document_id: int) -> str:
    return _show(shelf.document(document_id), Form())


@bp.post("/documents/<int:document_id>")
@writers
def save_document(document_id: int) -> Any:
    form = Form(request.form)
    said = {
        "title": form.text("title", required=True, longest=300),
        "summary": form.text("summary", longest=1000),
        "topic": form.text("topic"),
        "state": form.choice("state", STATES, required=True),
        "language": form.text("language", required=True, longest=8),
    }
    try:
        form.refuse_unread()
        verbs.save_document(document_id, version=form.number("version") or 0, by=current_user.actor, **said)
    except Refused as refusal:
        return _show_again(document_id, form, refusal)
    db.session.commit()
    flash("Le document est gardé.", "good")
    return redirect(url_for("admin.document", document_id=document_id))


@bp.post("/documents/<int:document_id>/file")
@writers
def replace_file(document_id: int) -> Any:
    form = Form(request.form)
    version = form.number("version") or 0
    try:
        with _received() as upload:
            verbs.replace_file(document_id, upload, version=version, by=current_user.actor)
            db.session.commit()
    except Refused as refusal:
        return _show_again(document_id, form, refusal)
    flash("Le fichier est remplacé." + (_empty() if upload.text.empty else ""), "good")
    return redirect(url_for("admin.document", document_id=document_id))


@bp.get("/documents/<int:document_id>/files/<int:file_id>")
@writers
def document_file(document_id: int, file_id: int) -> Any:
    file = next((one for one in shelf.document(document_id).files if one.id == file_id), None)
    if file is None:
        raise Missing()
    kept = files.open_file(context.settings().files_dir, file)
    return send_file(kept, files.FORMATS[file.format], as_attachment=True, download_name=file.name)


@contextmanager
def _received() -> Iterator[Upload]:
    """The file of this request, read and kept. Nothing is held in the database while that takes its seconds."""
    db.session.rollback()
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Refused(N_("Choisissez un fichier."), field="file")
    with tempfile.TemporaryDirectory() as beside:
        path = Path(beside) / "upload"
        sent.save(path)
        upload = files.read_upload(path, sent.filename)
        files.keep_file(context.settings().files_dir, path, upload)
        yield upload


def _empty() -> str:
    return " Il n’a pas de texte lisible : on ne le trouve que par son titre."


def _show_list(form: Form) -> str:
    asked = {name: request.args.get(name, "").strip()[:100] for name in ("q", "state")}
    page = page_asked()
    found, total = shelf.documents(
        words=asked["q"], state=asked["state"], limit=A_PAGE, offset=A_PAGE * (page - 1)
    )
    return render_template(
        "admin/documents/list.html",
        documents=found,
        page=page,
        last=last_page(total),
        values={**asked, **form.values},
        errors=form.errors,
        topics=list(words.topic_names().items()),
        words=words,
    )


def _show(found: Document, form: Form, **shown: Any) -> str:
    events = history.of(found, limit=20)
    now = {name: getattr(found, name) for name in ("title", "summary", "state", "language", "version")}
    return render_template(
        "admin/documents/form.html",
        document=found,
        values={**now, "topic": found.topic.slug if found.topic else "", **form.values, **shown},
        errors=form.errors,
        rows=shown.get("rows", []),
        events=events,
        people=names_of(history.actors(events)),
        topics=list(words.topic_names().items()),
        words=words,
    )


def _show_again(document_id: int, form: Form, refusal: Refused) -> Any:
    db.session.rollback()
    found = shelf.document(document_id)
    shown: dict[str, Any] = {}
    if isinstance(refusal, Stale):
        shown = {"version": found.version, "rows": words.rows(refusal.theirs, refusal.yours)}
    form.take(refusal)
    return _show(found, form, **shown), refusal.status
