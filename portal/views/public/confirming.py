"""Receipts and one-time codes: what follows a request, and what makes it sure whose it is."""

from __future__ import annotations

from flask import request, url_for
from flask_babel import gettext

from portal import history, jobs
from portal.cases.models import Case
from portal.cases.references import spoken
from portal.citizens import identifying
from portal.citizens.codes import draw_code, within_budgets
from portal.citizens.identifying import identify
from portal.citizens.models import Identifier
from portal.contacts.answering import reply
from portal.contacts.models import Contact
from portal.contacts.recording import attribute
from portal.database import db
from portal.directory.models import Organization
from portal.lines.saying import sender_of
from portal.views.context import settings


def introduce(contact: Contact, used: Identifier, name: str) -> None:
    """A name given with a number that nobody is known to use: probably theirs, until a code or an agent says so."""
    if name and identify(used).match == "unknown":
        citizen = identifying.add_citizen(name, by=history.CITIZEN, language=contact.language)
        identifying.link(used, citizen, certainty="probable", evidence="form", by=history.CITIZEN)
        attribute(contact, citizen, certainty="probable", by=history.CITIZEN)


def acknowledge(contact: Contact, case: Case, used: Identifier) -> None:
    """The receipt that the law asks for (CRPA L112-11): when, which service, how to reach it, the reference."""
    if not within_budgets("receipt", number=used.value, address=request.remote_addr or ""):
        return
    host = db.session.get_one(Organization, case.organization_id)
    text = gettext(
        "%(organization)s a bien reçu votre demande. Référence : %(reference)s. Suivi : %(link)s",
        organization=host.name,
        reference=spoken(case.reference),
        link=settings().public_base_url + url_for("public.follow"),
    )
    channel = "email" if used.kind == "email" else "text"
    reply(contact, text, channel=channel, form_key=None, by=history.SYSTEM, automatic=True)


def ask(case: Case, used: Identifier) -> None:
    """Draws a code for this matter and asks for it to be sent, within the budgets."""
    drawn = draw_code(used, case, secret=settings().secret_key, address=request.remote_addr or "")
    if drawn is None:
        return
    code, digits = drawn
    text = gettext("Code pour suivre votre demande : %(code)s. Valable 10 minutes.", code=digits)
    jobs.enqueue(
        "send_code",
        {"code": code.id, "text": text, "sender": sender_of(case.organization_id)},
        dedupe_key=f"code:{code.id}",
    )


def confirm(case: Case, used: Identifier) -> None:
    """The code was right: whoever wrote this holds the number. If one person alone uses it, the matter is theirs."""
    found = identify(used)
    if len(found.citizens) != 1:
        return
    citizen = found.citizens[0]
    identifying.link(used, citizen, certainty="confirmed", evidence="code", by=history.CITIZEN)
    case.citizen_id = citizen.id
    for contact in db.session.scalars(db.select(Contact).filter_by(case_id=case.id, identifier_id=used.id)):
        attribute(contact, citizen, certainty="confirmed", by=history.CITIZEN)
