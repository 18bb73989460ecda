"""Following a request: its reference, a one-time code, then that request alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from portal import clock, history
from portal.cases.models import Case
from portal.cases.opening import case_by_reference, close_case, reopen_case
from portal.cases.references import read_reference, spoken
from portal.citizens.codes import use_code
from portal.citizens.models import Identifier
from portal.contacts import answering, attachments, corresponding
from portal.contacts.attachments import ACCEPTED
from portal.contacts.models import Contact, Message
from portal.contacts.recording import add_message, reopen
from portal.database import db, locked
from portal.directory.models import Organization
from portal.errors import Missing, Refused
from portal.staff.models import Staff
from portal.views import guards, limits
from portal.views.context import settings
from portal.views.downloads import as_download
from portal.views.forms import Form, new_key
from portal.views.public import bp, confirming, referred, uploading

OPEN_FOR = timedelta(minutes=30)


@bp.get("/<lang>/requests/follow")
@guards.anyone
def follow() -> str:
    return render_template("public/follow.html", values={}, errors={})


@bp.post("/<lang>/requests/follow")
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
        return render_template("public/follow.html", values=form.values, errors=form.errors), 422
    confirming.ask(case_by_reference(reference), reference)
    db.session.commit()
    session["following"] = reference
    return redirect(url_for("public.enter_code"), 303)


@bp.get("/<lang>/requests/code")
@guards.anyone
def enter_code() -> Any:
    if "following" not in session:
        return redirect(url_for("public.follow"), 303)
    return _code_page(Form())


@bp.post("/<lang>/requests/code")
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
    session["opened"] = [case.id, int((clock.now() + OPEN_FOR).timestamp())]
    return redirect(url_for("public.thread"), 303)


@bp.get("/<lang>/requests/thread")
@guards.anyone
def thread() -> Any:
    case = _opened()
    return case if isinstance(case, Response) else _thread_page(case, Form(), new_key())


@bp.post("/<lang>/requests/thread")
@guards.anyone
@limits.files
def write() -> Any:
    form = Form(request.form)
    files = uploading.uploaded(form) if is_open() else []  # on disk before a transaction begins
    case = _opened()
    if isinstance(case, Response):
        return case
    body = form.text("body")
    if not body:
        form.refuse("body", gettext("Écrivez votre message."))
    if not form.valid:
        return _thread_page(case, form, form.key()), 422
    message = add_message(_last_contact(case), body, form_key=form.key())
    uploading.attach(message, files, form)
    reopen_case(case, by=history.CITIZEN)
    db.session.commit()
    flash(gettext("Votre message est enregistré."))
    return redirect(url_for("public.thread"), 303)


@bp.get("/<lang>/requests/thread/files/<int:attachment_id>")
@guards.anyone
def attachment(attachment_id: int) -> Any:
    """A file of the matter that a code opened; there is no other, nor any once that is over."""
    case = _opened()
    found = attachments.find_attachment(attachment_id)
    if isinstance(case, Response) or found.message_id not in {one.id for one in _messages(_contacts(case))}:
        raise Missing
    return as_download(found)


@bp.post("/<lang>/requests/solved")
@guards.anyone
def solve() -> Any:
    """The citizen says that the matter is done: nobody needs to answer any more."""
    case = _opened()
    if isinstance(case, Response):
        return case
    contact = _last_contact(case)
    if contact.state in ("open", "waiting"):
        answering.wrap_up(
            contact, "no_answer_needed", note=contact.note, answer=contact.answer, by=history.CITIZEN
        )
    close_case(case, by=history.CITIZEN)
    db.session.commit()
    flash(gettext("C’est noté : votre demande est close."))
    return redirect(url_for("public.thread"), 303)


@bp.post("/<lang>/requests/reopened")
@guards.anyone
def not_solved() -> Any:
    case = _opened()
    if isinstance(case, Response):
        return case
    reopen(_last_contact(case))
    reopen_case(case, by=history.CITIZEN)
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


def _code_page(form: Form) -> str:
    reference = spoken(session.get("following", ""))
    return render_template("public/code.html", values=form.values, errors=form.errors, reference=reference)


def is_open() -> bool:
    """Whether a code opened a matter in this session a moment ago: the cookie is signed."""
    return bool(session.get("opened", [0, 0])[1] > clock.now().timestamp())


def _opened() -> Case | Response:
    """The matter that a code opened in this session a moment ago; else the way to the code."""
    case = db.session.get(Case, session["opened"][0]) if is_open() else None
    return case or redirect(url_for("public.follow"), 303)


def _contacts(case: Case) -> list[Contact]:
    """What was exchanged with the number or address that the code was sent to. Nobody else's part is shown."""
    query = db.select(Contact).filter_by(case_id=case.id, identifier_id=case.identifier_id)
    return list(db.session.scalars(query.order_by(Contact.id)))


def _messages(contacts: list[Contact]) -> list[Message]:
    """What was said, in its order; but not what another address wrote into the exchange."""
    said = corresponding.read_whole(*(contact.id for contact in contacts))
    own = (one for one in said if one.envelope is None or not one.envelope.other_address)
    return sorted((one for one in own if one.state != "recalled"), key=lambda one: one.at)


def _last_contact(case: Case) -> Contact:
    """The exchange that goes on, held until the commit."""
    last = _contacts(case)[-1]
    held: Contact = db.session.scalars(locked(db.select(Contact).filter_by(id=last.id))).one()
    return held


def _thread_page(case: Case, form: Form, form_key: str) -> str:
    contacts = _contacts(case)
    messages = _messages(contacts)
    return render_template(
        "public/thread.html",
        case=case,
        reference=spoken(case.reference),
        organization=db.session.get_one(Organization, case.organization_id).name,
        messages=messages,
        passages=referred.passages(contacts),
        authors=_authors(messages),
        answers=_answers(contacts, messages),
        values=form.values,
        errors=form.errors,
        form_key=form_key,
        kept=uploading.listed(form),
        accept=ACCEPTED,
    )


def _authors(messages: list[Message]) -> dict[int, str]:
    """Who answered: a citizen has a right to the name and office of the agent (CRPA L111-2)."""
    ids = {one.author_id for one in messages if one.author_id}
    staff = db.session.scalars(db.select(Staff).where(Staff.id.in_(ids)))
    return {one.id: ", ".join(part for part in (one.name, one.job_title) if part) for one in staff}


def _answers(contacts: list[Contact], messages: list[Message]) -> list[Contact]:
    """The contacts whose answer was given by word of mouth: no message says it."""
    written = {one.body for one in messages}
    return [contact for contact in contacts if contact.answer and contact.answer not in written]
