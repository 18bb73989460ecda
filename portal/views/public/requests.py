"""A request written on the web, its receipt, and its follow-up by reference and one-time code."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import redirect, render_template, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from portal import clock, history
from portal.cases.models import Case
from portal.cases.opening import case_by_reference, open_case, reopen_case
from portal.cases.references import read_reference, spoken
from portal.citizens import identifying
from portal.citizens.codes import use_code
from portal.citizens.models import Identifier
from portal.contacts.models import Contact
from portal.contacts.recording import add_message, record_request
from portal.database import db
from portal.directory.models import Organization
from portal.errors import Missing, Refused
from portal.lines.saying import sender_of
from portal.views import guards
from portal.views.context import settings
from portal.views.forms import Form, new_key
from portal.views.language import current
from portal.views.public import bp, confirming

OPEN_FOR = timedelta(minutes=30)


@bp.get("/<lang>/requests/new")
@guards.anyone
def new_request() -> str:
    return render_template("public/request_new.html", form=Form(request.args), form_key=new_key())


@bp.post("/<lang>/requests/new")
@guards.anyone
def send_request() -> Any:
    form = Form(request.form)
    try:
        contact = _record(form) if form.valid else None
    except Refused as refusal:
        form.take(refusal)
        contact = None
    if contact is None:
        db.session.rollback()
        return render_template("public/request_new.html", form=form, form_key=form.key()), 422
    db.session.commit()
    session["receipt"] = contact.case_id
    return redirect(url_for("public.receipt"), 303)


@bp.get("/<lang>/requests/receipt")
@guards.anyone
def receipt() -> str:
    case = db.session.get(Case, session.get("receipt", 0))
    if case is None:
        raise Missing
    host = db.session.get_one(Organization, case.organization_id)
    return render_template(
        "public/receipt.html", case=case, reference=spoken(case.reference), organization=host
    )


@bp.get("/<lang>/requests/follow")
@guards.anyone
def follow() -> str:
    return render_template("public/follow.html", form=Form(request.args))


@bp.post("/<lang>/requests/follow")
@guards.anyone
def ask_for_code() -> Any:
    """Answers alike whether the reference exists or not: it is no key, and must not become a list of keys."""
    form = Form(request.form)
    reference = read_reference(form.text("reference", required=True, longest=40))
    if not reference:
        form.refuse("reference", gettext("Cette référence n’est pas complète. Elle compte dix caractères."))
        return render_template("public/follow.html", form=form), 422
    case = case_by_reference(reference)
    used = db.session.get(Identifier, case.identifier_id) if case and case.identifier_id else None
    if case is not None and used is not None:
        confirming.ask(case, used)
    db.session.commit()
    session["following"] = reference
    return redirect(url_for("public.enter_code"), 303)


@bp.get("/<lang>/requests/code")
@guards.anyone
def enter_code() -> str:
    if "following" not in session:
        raise Missing
    return render_template("public/code.html", form=Form())


@bp.post("/<lang>/requests/code")
@guards.anyone
def check_code() -> Any:
    form = Form(request.form)
    case = case_by_reference(session.get("following", ""))
    try:
        used = use_code(form.text("code", longest=20), case, secret=settings().secret_key) if case else None
    except Refused as refusal:
        form.take(refusal)
        used = None
    if case is not None and used is not None:
        confirming.confirm(case, used)
        db.session.commit()
        session["opened"] = [case.id, int((clock.now() + OPEN_FOR).timestamp())]
        return redirect(url_for("public.thread"), 303)
    db.session.commit()  # the attempt counts
    form.refuse("code", gettext("Ce code n’est pas le bon, ou n’est plus valable."))
    return render_template("public/code.html", form=form), 422


@bp.get("/<lang>/requests/thread")
@guards.anyone
def thread() -> Any:
    case = _opened()
    if isinstance(case, Response):
        return case
    return render_template("public/thread.html", form=Form(), form_key=new_key(), **_thread(case))


@bp.post("/<lang>/requests/thread")
@guards.anyone
def write() -> Any:
    case = _opened()
    if isinstance(case, Response):
        return case
    form = Form(request.form)
    try:
        add_message(_contacts(case)[-1], form.text("body"), form_key=form.key())
        reopen_case(case, by=history.CITIZEN)
    except Refused as refusal:
        form.take(refusal)
        return render_template("public/thread.html", form=form, form_key=form.key(), **_thread(case)), 422
    db.session.commit()
    return redirect(url_for("public.thread"), 303)


def _record(form: Form) -> Contact | None:
    """The contact and the matter of a request, with its receipt and code on their way."""
    subject = form.text("subject", required=True, longest=200)
    body = form.text("body", required=True)
    reach = form.text("reach", required=True, longest=254)
    if not form.valid:
        return None
    used = identifying.identifier(*identifying.reach(reach))
    host = db.session.scalars(db.select(Organization).filter_by(is_host=True)).first()
    if host is None:
        raise Missing
    where = {"organization_id": host.id, "line": sender_of(host.id), "language": current()}
    contact, new = record_request(form.key(), used, subject=subject, body=body, **where)
    if new:
        case = open_case(contact, by=history.CITIZEN)
        confirming.introduce(contact, used, form.text("name", longest=200))
        confirming.acknowledge(contact, case, used)
    return contact


def _opened() -> Case | Response:
    """The matter that a code opened in this session a moment ago; else the way to the code."""
    case_id, until = session.get("opened", [0, 0])
    case = db.session.get(Case, case_id) if until > clock.now().timestamp() else None
    return case or redirect(url_for("public.follow"), 303)


def _contacts(case: Case) -> list[Contact]:
    return list(db.session.scalars(db.select(Contact).filter_by(case_id=case.id).order_by(Contact.id)))


def _thread(case: Case) -> dict[str, Any]:
    return {"case": case, "reference": spoken(case.reference), "contacts": _contacts(case)}
