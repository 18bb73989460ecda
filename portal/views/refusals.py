"""The one place where refusals and failures become pages, or JSON at the API."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, current_app, g, jsonify, make_response, redirect, render_template, request
from flask_babel import gettext
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from portal.database import db, let_go
from portal.errors import N_, Refused, Stale
from portal.views import carrying, guards, labels
from portal.views.context import settings
from portal.views.spooling import way

AWAY = (OperationalError, InterfaceError, PoolTimeout)
SENTENCES = {
    400: N_(
        "La demande n’a pas été comprise. Revenez en arrière et réessayez : ce que vous avez écrit y est encore."
    ),
    401: N_("Votre session est terminée. Identifiez-vous de nouveau."),
    403: N_("Vous n’avez pas accès à cette page."),
    404: N_("Cette page n’existe pas ou n’existe plus."),
    405: N_("Cette page ne s’ouvre pas de cette façon."),
    413: N_(
        "Les fichiers sont trop lourds : %(most)s Mo en tout au plus. Revenez en arrière : "
        "ce que vous avez écrit y est encore."
    ),
    429: N_("Trop de demandes à la fois. Attendez une minute puis réessayez."),
    500: N_("Une erreur est survenue de notre côté. Rien de ce qui a été confirmé n’est perdu."),
    503: N_("Le service est momentanément indisponible. Réessayez dans quelques instants."),
}


def show(status: int, sentence: str, **details: Any) -> Any:
    """The refusal, in the reader's language, as a page or as the API's JSON."""
    let_go()
    if request.path.startswith("/api/"):
        return jsonify(error=sentence), status
    if request.path.startswith("/telephone/"):  # nobody reads a page there
        return Response(sentence, status, mimetype="text/plain")
    return render_template("errors/refused.html", status=status, sentence=sentence, **details), status


def _refused(error: Refused) -> Any:
    details: dict[str, Any] = {}
    if isinstance(error, Stale):
        details["rows"] = [
            (labels.FIELDS.get(name, name), error.theirs.get(name, ""), mine)
            for name, mine in error.yours.items()
        ]
    details["back"] = carrying.keep_refused(but=("version",) if isinstance(error, Stale) else ())
    return show(error.status, gettext(error.sentence, **error.values), **details)


def _http(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400:
        return error
    if isinstance(error, CSRFError) and not current_user.is_authenticated:
        status = 401 if request.path.startswith(("/console", "/admin")) else status  # signed out meanwhile
    found_back = carrying.back_to_its_page() if isinstance(error, CSRFError) else None
    if status == 405 and request.method == "GET" and not guards.asked_by_a_page():
        found_back = _page_above()
    sentence = SENTENCES.get(status, SENTENCES[400 if status < 500 else 500])
    known = {"most": settings().attachments_mb} if status == 413 else {}
    return found_back or show(status, gettext(sentence, **known))


def _page_above() -> Any:
    """The nearest page above an address that only forms are sent to, which stays shown once a form was answered there
    and may be opened anew: reloaded, kept, gone back to. None where machines ask."""
    if request.path.startswith(("/api/", "/telephone/")):
        return None
    pages, above = current_app.create_url_adapter(request), request.path
    while pages is not None and above not in ("", "/"):
        above = above.rpartition("/")[0]
        if pages.test(above or "/", "GET"):
            return redirect(request.root_path + (above or "/"), 303)
    return None


def _overtaken(_error: StaleDataError | IntegrityError) -> Any:
    """Another request wrote the same thing between our reading and our commit. Done over once, this one finds it: the
    same form sent twice is one act, and a save that came second is shown both versions."""
    db.session.rollback()
    if request.method == "POST" and not request.files and "overtaken" not in g:
        g.overtaken = True
        try:
            return current_app.dispatch_request()
        except Exception as error:
            return current_app.handle_user_exception(error)
    return show(
        409, gettext("Quelqu’un vient de modifier la même chose. Rouvrez la page pour voir où elle en est.")
    )


def database_away(error: Exception) -> Any:
    """Come back in a moment: nothing was acknowledged."""
    way().tell(error)
    answer = make_response(show(503, gettext(SENTENCES[503])))
    answer.headers["Retry-After"] = "5"
    return answer


def init_app(app: Flask) -> None:
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(StaleDataError, _overtaken)
    app.register_error_handler(IntegrityError, _overtaken)
    for away in AWAY:
        app.register_error_handler(away, database_away)
