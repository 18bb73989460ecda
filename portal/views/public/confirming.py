"""Receipts and one-time codes: what follows a request, and what makes it sure whose it is."""

from __future__ import annotations

from flask import request, url_for
from flask_babel import gettext

from portal import history, jobs
from portal.cases import saying
from portal.cases.due import clocks
from portal.cases.models import Case
from portal.cases.opening import follow_contact
from portal.citizens import identifying, people
from portal.citizens.codes import draw_code, within_budgets
from portal.citizens.identifying import identify
from portal.citizens.models import Citizen, Identifier
from portal.citizens.names import name_key
from portal.contacts.answering import reply
from portal.contacts.codes import code_calls, code_rates
from portal.contacts.models import Contact
from portal.contacts.recording import attribute, deny
from portal.contacts.texts.texting import why_not
from portal.database import db
from portal.directory import reading as directory
from portal.lines.saying import automatic_caller_of, sender_of
from portal.referrals.following import receivers
from portal.telephony.dialling import is_fixed, may_be_called
from portal.views.context import settings
from portal.views.language import current, said
from portal.views.public import whose


def introduce(contact: Contact, used: Identifier, name: str, preferred: str) -> None:
    """A name given with a number that nobody is known to use: probably theirs, until a code or an agent says so.

    Given with a number that someone else is known to use, it says that this is not that person: homes share numbers.
    """
    if not name:
        return
    if identify(used).match == "unknown":
        citizen = identifying.add_citizen(name, by=history.CITIZEN, language=contact.language)
        citizen.preferred_channel = preferred
        identifying.link(used, citizen, certainty="probable", evidence="form", by=history.CITIZEN)
        attribute(contact, citizen, certainty="probable", by=history.CITIZEN)
    elif contact.citizen_id is not None:
        known = people.files(db.session.get_one(Citizen, contact.citizen_id))
        if sorted(name_key(name).split()) not in [sorted(one.name_key.split()) for one in known]:
            deny(contact, by=history.CITIZEN)


def acknowledge(contact: Contact, case: Case, used: Identifier) -> None:
    """The receipt that the law asks for, at once, to the number or address that was used."""
    if used.kind == "phone" and why_not(contact):
        return
    if not within_budgets("receipt", number=used.value, address=request.remote_addr or ""):
        return
    receipt, link = saying.receipt_of(case), settings().public_base_url + url_for("public.follow")
    if used.kind == "email":
        text = "\n\n".join(said(one) for one in saying.letter(receipt, link, by_letter=False)) + "\n"
        text += _whose(contact)
    else:
        text = " ".join(said(one) for one in saying.text(receipt, link))
    channel = "email" if used.kind == "email" else "text"
    by = history.SYSTEM
    reply(contact, text, channel=channel, form_key=None, by=by, automatic=True, purpose="receipt")
    clocks.met(case, "receipt")


def _whose(contact: Contact) -> str:
    """Whose matter it probably is, in a letter. A text names no service: it is read over shoulders."""
    service = whose.probably(contact)
    if service is None:
        return ""
    return "\n" + gettext(
        "Votre demande relève sans doute de : %(service)s. Un agent le vérifie. Si besoin, nous lui transmettons "
        "votre demande et nous vous le disons : vous n’avez rien à faire.\n",
        service=receivers.name_of(service, contact.language),
    )


def ask(case: Case | None, reference: str, *, aloud: bool) -> None:
    """Draws a code for this matter and asks for it to be sent, within the budgets; said in a call where that is wanted,
    or where the telephone reads no texts.

    A reference that names nothing spends as much, so that how long the answer takes tells nothing either.
    """
    used = db.session.get(Identifier, case.identifier_id) if case and case.identifier_id else None
    address = request.remote_addr or ""
    if case is None or used is None:
        within_budgets("code", number=reference, address=address)
        return
    ours = automatic_caller_of(case.organization_id)
    if ours and (aloud or _reads_no_texts(used)) and used.kind == "phone" and may_be_called(used.value):
        known = {"language": current(), "secret": settings().secret_key, "address": address}
        if code_calls.ask(used, case, sender=ours, **known) or _reads_no_texts(used):
            return
    if used.kind == "phone" and not code_rates.may_go(used.value):
        return
    drawn = draw_code(used, case, secret=settings().secret_key, address=address)
    if drawn is None:
        return
    code, digits = drawn
    text = gettext("Code pour suivre votre demande : %(code)s. Valable 10 minutes.", code=digits)
    sender = sender_of(case.organization_id)
    jobs.enqueue("send_code", {"code": code.id, "text": text, "sender": sender}, dedupe_key=f"code:{code.id}")


def rings() -> bool:
    """Whether our machine may call people, from the host's number."""
    host = directory.host()
    return host is not None and code_calls.may_ring(automatic_caller_of(host.id))


def _reads_no_texts(used: Identifier) -> bool:
    return used.kind == "phone" and (is_fixed(used.value) or bool(used.text_error))


def confirm(case: Case, used: Identifier) -> None:
    """The code was right: whoever wrote this holds the number.

    The request is surely that person's to whom it was probably attributed, if nobody else uses the number. A number
    proves no name: what was attributed to nobody waits for an agent.
    """
    found = identify(used)
    mine = db.select(Contact).filter_by(case_id=case.id, identifier_id=used.id, certainty="probable")
    for contact in db.session.scalars(mine):
        if [one.id for one in found.citizens] != [people.head_id(contact.citizen_id)]:
            continue
        citizen = found.citizens[0]
        identifying.link(used, citizen, certainty="confirmed", evidence="code", by=history.CITIZEN)
        attribute(contact, citizen, certainty="confirmed", by=history.CITIZEN)
        follow_contact(contact, by=history.CITIZEN)
