"""The receipt of a case: read before it leaves, sent, or printed and handed over or posted."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import force_locale

from portal import history
from portal.cases import keeping, opening, receipts, saying
from portal.cases.changing import deeds, linking
from portal.cases.due import clocks
from portal.cases.models import Case, Deed
from portal.contacts import answering, templates
from portal.contacts.models import Contact, Message
from portal.database import db
from portal.errors import N_, Refused
from portal.views.console.cases import page
from portal.views.console.contact import addressing, composing
from portal.views.console.door import agents, bp, me, refusals_shown
from portal.views.forms import Form, new_key
from portal.views.language import said

BY_HAND = {"hand": "Remis en main propre", "post": "Envoyé par courrier"}


@bp.get("/cases/<int:case_id>/receipt")
@agents
def receipt_page(case_id: int) -> str:
    return _page(keeping.find_case(case_id, by=me()), Form(request.args))


@bp.post("/cases/<int:case_id>/receipt")
@agents
def give_receipt(case_id: int) -> Any:
    """Sends it after the commit, or writes down who gave it, to whom and when."""
    found, form = keeping.find_case(case_id, by=me()), Form(request.form)
    with refusals_shown(form):
        _give(found, form)
    if not form.valid:
        return _page(keeping.find_case(case_id, by=me()), form), 422
    db.session.commit()
    flash("C’est noté : la personne a son accusé de réception.")
    return redirect(url_for("console.case", case_id=case_id))


def _give(found: Case, form: Form) -> None:
    if history.came_from(found, form.key()):  # sent twice: the way chosen is by now an exchange of the matter
        return
    ways, beside = {one.key: one for one in _ways(found)}, _beside(found)
    way = form.choice("way", (*ways, *beside, *BY_HAND), required=True)
    on, to, complete = form.day("on"), form.text("to", longest=100), form.text("what") != "registration"
    form.refuse_unread()
    key, chosen = form.key(), ways.get(way) or beside.get(way)
    if way in ways:  # before the case, as whatever begins with a contact does
        answering.hold_contact(ways[way].contact.id, by=me())
    if chosen is None:
        receipts.give_receipt(found, way, complete=complete, on=on, to=to, by=me(), form_key=key)
    elif receipts.give_receipt(found, "sent", complete=complete, by=me(), form_key=key):
        exchange = receipts.begin_exchange(chosen.contact, by=me()) if way in beside else chosen.contact
        send_receipt(found, exchange, chosen.channel, complete=complete)


def send_receipt(case: Case, contact: Contact, channel: str, *, complete: bool = True) -> Message:
    """On its way, in the language of whoever reads it."""
    return _send(contact, channel, _parts(case, contact, complete=complete, text=channel == "text"))


def take_back_receipts(deed: Deed) -> bool:
    """The receipts that a split sent, and that left before it was undone: whoever has one reads that its reference
    leads to the matter that it came out of. Whether somebody was told."""
    new = linking.split_off(deed)
    if new is None or new.merged_into_id is None:
        return False
    gone = deeds.not_undoable(deed)
    for sent in gone:
        with force_locale(templates.language_for(sent.contact)):
            link, text = composing.known_of(sent.contact)["link"], sent.channel == "text"
            parts = [said(one) for one in saying.led_back(new, opening.kept_by(new), link, text=text)]
        _send(sent.contact, sent.channel, parts)
    return bool(gone)


def _send(contact: Contact, channel: str, parts: list[str]) -> Message:
    text = (" " if channel == "text" else "\n\n").join(parts)
    by = history.SYSTEM
    return answering.reply(
        contact, text, channel=channel, form_key=None, by=by, automatic=True, purpose="receipt"
    )


def _parts(case: Case, contact: Contact, *, complete: bool, text: bool = False) -> list[str]:
    with force_locale(templates.language_for(contact)):
        receipt, link = saying.receipt_of(case), composing.known_of(contact)["link"]
        receipt = receipt if complete else saying.registered(receipt)
        if text:
            return [said(one) for one in saying.text(receipt, link)]
        aloud = page.contacts_of(case)[0].channel in clocks.ALOUD
        return [said(one) for one in saying.letter(receipt, link, by_letter=False, aloud=aloud)]


def surest(case: Case) -> addressing.Way:
    """The way by which it reaches them most surely."""
    found = _ways(case)
    if not found:
        raise Refused(N_("Ni adresse ni numéro où écrire : donnez la référence de vive voix."), field="tell")
    return found[0]


def _ways(case: Case) -> list[addressing.Way]:
    return [one for one in addressing.ways(case, page.contacts_of(case)) if one.channel != "web"]


def _beside(case: Case) -> dict[str, addressing.Way]:
    """The ways to the citizen's other numbers and addresses, by the key of each."""
    found: dict[str, addressing.Way] = {}
    for exchange in receipts.other_exchanges(case):
        for channel, says in addressing.channels(exchange).items():
            told = ", utilisé aussi par quelqu’un d’autre" if receipts.is_shared(exchange) else ""
            way = addressing.Way(exchange, channel, f"{says} (connu dans son dossier{told})")
            found[f"to-{exchange.identifier_id}"] = way
    return found


def _page(found: Case, form: Form) -> str:
    contacts = page.contacts_of(found)
    complete = form.text("what") != "registration"
    return render_template(
        "console/cases/case_receipt.html",
        case=found,
        language=templates.language_for(contacts[-1]) if contacts else "fr",
        letter=_parts(found, contacts[-1], complete=complete) if contacts else [],
        complete=complete,
        owed=receipts.owes_receipt(found),
        ways=[
            *((one.key, one.says) for one in _ways(found)),
            *((key, one.says) for key, one in _beside(found).items()),
            *BY_HAND.items(),
        ],
        given=[one for one in history.of(found) if one.verb in ("case.acknowledged", "case.registered")],
        by_hand=BY_HAND,
        values=form.values,
        errors=form.errors,
        form_key=form.key() if request.method == "POST" else new_key(),
    )
