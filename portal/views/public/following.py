"""Following a request: its reference, a one-time code, then that request alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from portal import clock, history
from portal.cases.models import Case
from portal.cases.opening import case_by_reference, close_case, reopen_case, say_solved
from portal.cases.references import read_reference, spoken
from portal.citizens.codes import use_code
from portal.citizens.models import Identifier
from portal.contacts import answering, attachments
from portal.contacts.recording import add_message, reopen
from portal.database import db
from portal.errors import Missing, Refused
from portal.views import guards, limits
from portal.views.context import settings
from portal.views.downloads import as_download
from portal.views.forms import Form, new_key
from portal.views.public import bp, confirming, threads, uploading

OPEN_FOR = timedelta(minutes=30)
NOT_SOLVED = "Dit que ce n’est pas réglé"  # read by those who have the matter
ALOUD = "aloud"  # how the code was asked for; kept, for the page to say what to expect


@bp.get("/<language:lang>/requests/follow")
@guards.anyone
def follow() -> str:
    return _reference_page(Form())


@bp.post("/<language:lang>/requests/follow")
@guards.anyone
def ask_for_code() -> Any:
    """Answers alike whether the reference exists or not: it is no key, and must not become a list of keys."""
    form = Form(request.form)
    reference = read_reference(form.text("reference", longest=40))
    if not reference:
        form.refuse(
            "reference",
            gettext(
                "Cette référence n’est pas juste. Elle compte dix lettres et chiffres, comme K7QF-3MXT-2B."
            ),
        )
        return _reference_page(form), 422
    aloud = form.text("way") == ALOUD and confirming.rings()
    confirming.ask(case_by_reference(reference), reference, aloud=aloud)
    db.session.commit()
    session["following"], session[ALOUD] = reference, aloud
    return redirect(url_for("public.enter_code"), 303)


@bp.get("/<language:lang>/requests/code")
@guards.anyone
def enter_code() -> Any:
    if "following" not in session:
        return redirect(url_for("public.follow"), 303)
    return _code_page(Form())


@bp.post("/<language:lang>/requests/code")
@guards.anyone
def check_code() -> Any:
    form = Form(request.form)
    case = case_by_reference(session.get("following", ""))
    used = _right(form.text("code", longest=20), case)
    if case is not None and used is not None:
        confirming.confirm(case, used)
    db.session.commit()  # a wrong attempt counts
    if case is None or used is None:
        form.refuse("code", gettext("Ce code n’est pas le bon, ou n’est plus valable."))
        return _code_page(form), 422
    session.pop("following", None)
    session["opened"] = [case.id, int((clock.now() + OPEN_FOR).timestamp()), used.id]
    return redirect(url_for("public.thread"), 303)


@bp.get("/<language:lang>/requests/thread")
@guards.anyone
def thread() -> Any:
    found = _opened()
    return found if isinstance(found, Response) else threads.page(found, Form(), new_key())


@bp.post("/<language:lang>/requests/thread")
@guards.anyone
@limits.people
@limits.files
def write() -> Any:
    """More words or documents: what waited for them waits no more, and what was closed is open again."""
    form = Form(request.form)
    files = uploading.uploaded(form) if is_open() else []  # on disk before a transaction begins
    found = _opened()
    if isinstance(found, Response):
        return found
    body = form.text("body") or (gettext("Document joint.") if files else "")
    if not body:
        form.refuse("body", gettext("Écrivez votre message."))
    if not form.valid:
        return threads.page(found, form, form.key()), 422
    message = add_message(found.last_contact(), body, form_key=form.key())
    uploading.attach(message, files, form)
    reopen_case(found.case, by=history.CITIZEN)
    db.session.commit()
    flash(gettext("Votre message est enregistré."))
    return redirect(url_for("public.thread"), 303)


@bp.get("/<language:lang>/requests/thread/files/<int:attachment_id>")
@guards.anyone
def attachment(attachment_id: int) -> Any:
    """A file of the matter that a code opened; there is no other, nor any once that is over."""
    thread = _opened()
    found = attachments.find_attachment(attachment_id)
    if isinstance(thread, Response) or not thread.shows(found.message_id):
        raise Missing
    return as_download(found)


@bp.post("/<language:lang>/requests/solved")
@guards.anyone
def solve() -> Any:
    """The citizen says that the matter is done, or needed no more: nobody needs to answer."""
    found = _opened()
    if isinstance(found, Response):
        return found
    outcome = Form(request.form).choice("outcome", ("solved",))
    contact = found.last_contact()
    if contact.state in ("open", "waiting"):
        answering.wrap_up(
            contact, "no_answer_needed", note=contact.note, answer=contact.answer, by=history.CITIZEN
        )
    if not close_case(found.case, by=history.CITIZEN, outcome=outcome) and outcome:
        say_solved(found.case, by=history.CITIZEN)
    db.session.commit()
    flash(gettext("C’est noté : votre demande est close."))
    return redirect(url_for("public.thread"), 303)


@bp.post("/<language:lang>/requests/reopened")
@guards.anyone
def not_solved() -> Any:
    found = _opened()
    if isinstance(found, Response):
        return found
    contact = found.last_contact()
    contact.step = NOT_SOLVED
    reopen(contact)
    reopen_case(found.case, by=history.CITIZEN)
    db.session.commit()
    flash(gettext("C’est noté : un agent va reprendre votre demande."))
    return redirect(url_for("public.thread"), 303)


def _right(typed: str, case: Case | None) -> Identifier | None:
    """The identifier whose code this is. A code that ran out and a reference that names nothing answer alike."""
    if case is None:
        return None
    try:
        return use_code(typed, case, secret=settings().secret_key)
    except Refused:
        return None


def _reference_page(form: Form) -> str:
    return render_template(
        "public/follow.html", values=form.values, errors=form.errors, rings=confirming.rings()
    )


def _code_page(form: Form) -> str:
    return render_template(
        "public/code.html",
        values=form.values,
        errors=form.errors,
        reference=spoken(session.get("following", "")),
        aloud=bool(session.get(ALOUD)),
        rings=confirming.rings(),
    )


def is_open() -> bool:
    """Whether a code opened a matter in this session a moment ago: the cookie is signed."""
    return bool(session.get("opened", [0, 0])[1] > clock.now().timestamp())


def _opened() -> threads.Thread | Response:
    """The matter that a code opened in this session a moment ago; else the way to the code."""
    case_id, _until, *whose = session["opened"] if is_open() else (0, 0)
    case = db.session.get(Case, case_id) if case_id and whose else None
    return threads.Thread(case, whose[0]) if case is not None else redirect(url_for("public.follow"), 303)
