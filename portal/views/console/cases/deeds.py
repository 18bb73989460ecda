"""What is done to several cases at once: linking, merging, splitting; and taking it back."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal.cases import keeping, opening
from portal.cases.changing import deeds, linking
from portal.cases.due import clocks
from portal.cases.models import Case, Deed
from portal.cases.references import read_reference
from portal.contacts.models import Message
from portal.database import db
from portal.errors import N_, Refused
from portal.views import moments
from portal.views.console.cases import page, receipt, words
from portal.views.console.cases.cases import act
from portal.views.console.door import agents, bp, me, refusals_shown
from portal.views.forms import Form, new_key


@bp.post("/cases/<int:case_id>/link")
@agents
def link_case(case_id: int) -> Any:
    """Linked to another, no longer linked, or that other merged into this one: exchanges are held before cases."""
    return act(case_id, _link, "", anchor="linked", find=keeping.find_case)


def _link(found: Case, form: Form) -> None:
    how, key = form.choice("how", words.LINKS, required=True), form.key()
    form.refuse_unread()
    other = _other(form)
    if how == "merge":
        linking.merge(found, other, by=me(), form_key=key)
    elif how == "unlink":
        linking.unlink(found, other, by=me(), form_key=key)
    else:
        linking.link(found, other, by=me(), form_key=key)


def _other(form: Form) -> Case:
    """The case that was typed, by its reference, or chosen among those shown."""
    reference = read_reference(form.text("other", longest=40))
    other = opening.case_by_reference(reference)
    if other is None or other.organization_id != me().organization_id:
        raise Refused(N_("Aucune affaire n’a cette référence."), field="other")
    return keeping.find_case(other.id, by=me())


@bp.get("/cases/<int:case_id>/split")
@agents
def split_page(case_id: int) -> str:
    return _split_page(keeping.find_case(case_id, by=me()), Form())


@bp.post("/cases/<int:case_id>/split")
@agents
def split_case(case_id: int) -> Any:
    """Takes what was chosen into a new case."""
    found, form = keeping.find_case(case_id, by=me()), Form(request.form)
    new = None
    with refusals_shown(form):
        contacts, messages = (_numbers(form, name) for name in ("contacts", "messages"))
        subject = form.text("subject", longest=200)
        known = deeds.done_by(form.key())
        done, new = linking.split(found, contacts, messages, subject=subject, by=me(), form_key=form.key())
        if known is None and form.text("tell"):
            _acknowledge(new, done)
    if new is None or not form.valid:
        return _split_page(keeping.find_case(case_id, by=me()), form), 422
    db.session.commit()
    flash("Nouvelle affaire ouverte : donnez sa référence à la personne.")
    return redirect(url_for("console.case", case_id=new.id))


def _acknowledge(new: Case, done: Deed) -> None:
    """The citizen's receipt for the new reference: undoing recalls it; where it has left, they are told."""
    way = receipt.surest(new)
    with deeds.going_on(done) as act:
        since = act.since()
        act.bind(receipt.send_receipt(new, way.contact, way.channel), since)
        clocks.met(new, "receipt")


def _numbers(form: Form, name: str) -> set[int]:
    return {int(one) for one in form.data.getlist(name) if one.isascii() and one.isdigit() and len(one) < 13}


def _split_page(found: Case, form: Form) -> str:
    contacts = page.contacts_of(found)
    said: dict[int, list[Any]] = {one.id: [] for one in contacts}
    turned = moments.page_of(moments.messages(Message.contact_id.in_(said)))
    for message in turned.messages().values():
        said[message.contact_id].append(message)
    return render_template(
        "console/cases/case_split.html",
        case=found,
        contacts=contacts,
        said=said,
        page=turned,
        chosen={name: _numbers(form, name) for name in ("contacts", "messages")},
        values=form.values,
        errors=form.errors,
        form_key=form.key() if form.data else new_key(),
    )


@bp.post("/cases/<int:case_id>/deeds/<int:deed_id>/undo")
@agents
def undo_deed(case_id: int, deed_id: int) -> Any:
    """Takes back what was done, in all the cases it was done to, as far as nobody changed it since."""
    found = keeping.find_case(case_id, by=me())
    deed = deeds.find_deed(deed_id, by=me())
    for other in deed.case_ids:
        keeping.find_case(other, by=me())
    undone = deeds.undo(deed, by=me())
    told = bool(undone.given_back) and receipt.take_back_receipts(deed)
    db.session.commit()
    flash(words.of_undoing(undone, told=told), "warning" if undone.left else "message")
    return redirect(url_for("console.case", case_id=opening.kept_by(found).id))
