"""Files of figures and of contacts: asked for, followed while they are made, downloaded for a week."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for

from portal.database import db
from portal.errors import Missing
from portal.reports import exporting, figures, scope
from portal.reports.sheets import FORMATS
from portal.views.console.desk.home import again
from portal.views.console.door import bp, me, refusals_shown, supervisors
from portal.views.console.room import measured
from portal.views.console.room.reports import queue_names, read
from portal.views.context import settings
from portal.views.forms import Form, new_key

SAYS = {
    "kind": {
        "figures": "Les chiffres, jour par jour",
        "contacts": "Les contacts, ligne par ligne (données personnelles)",
    },
    "format": {"ods": "Classeur (ODS)", "csv": "Texte (CSV)"},
    "state": {"waiting": "en attente", "gone": "supprimé"},
}


@bp.get("/reports/exports")
@supervisors
def exports() -> str:
    return _page(Form(request.args), new_key())


@bp.get("/reports/exports/now")
@supervisors
def exports_now() -> Any:
    """The list alone, which the page asks for again while files are made."""
    return again(render_template("console/room/exports_now.html", **_list()))


@bp.post("/reports/exports")
@supervisors
def ask_export() -> Any:
    form = Form(request.form)
    seen = scope.seen(me())
    asked = read(form, seen, queue_names(seen), figures.topic_names())
    kind = form.choice("kind", exporting.KINDS, required=True)
    format = form.choice("format", FORMATS, required=True)
    if form.valid:
        with refusals_shown(form):
            exporting.ask(asked, kind, format, purpose=form.text("purpose"), form_key=form.key(), by=me())
    if not form.valid:
        return _page(form, form.key()), 422
    db.session.commit()
    flash("Le fichier est en préparation.")
    return redirect(url_for("console.exports"), 303)


@bp.get("/reports/exports/<int:export_id>/file")
@supervisors
def export_file(export_id: int) -> Any:
    """The file, for who asked for it; no copy of it is kept on the way."""
    export = exporting.find(export_id, by=me())
    path = settings().files_dir / exporting.FOLDER / exporting.name_of(export)
    if not path.is_file():
        raise Missing
    db.session.rollback()  # nothing is held while it is sent
    answer = send_file(path, FORMATS[export.format], as_attachment=True, download_name=path.name, etag=False)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _page(form: Form, form_key: str) -> str:
    seen = scope.seen(me())
    queues, topics = queue_names(seen), figures.topic_names()
    asked = read(Form(form.data), seen, queues, topics)
    period = {"from": asked.first.isoformat(), "to": asked.last.isoformat()}
    return render_template(
        "console/room/exports.html",
        **_list(),
        choices={"queues": list(queues.items()), "topics": list(topics.items())},
        values={"kind": "figures", "format": "ods", **period, **form.values},
        errors=form.errors,
        form_key=form_key,
    )


def _list() -> dict[str, Any]:
    mine = exporting.mine(me())
    return {"mine": mine, "failed": exporting.failed(mine), "says": SAYS, "measured": measured}
