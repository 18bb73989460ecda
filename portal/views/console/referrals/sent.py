"""Referrals at the desk: what came back, who is awaited, and each of them with what can be done."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal import history
from portal.cases.models import Case
from portal.citizens import people
from portal.citizens.models import Citizen
from portal.contacts import answering
from portal.contacts.models import Contact
from portal.database import db
from portal.errors import N_, Refused
from portal.referrals.following import asking, chains, clocks, inbox, listing, living, receivers, sharing
from portal.referrals.following.referring import hold_referrals
from portal.referrals.models import Referral
from portal.staff.managing import names_of
from portal.views.choosing import read_service
from portal.views.console import words
from portal.views.console.cases import words as case_words
from portal.views.console.door import agents, bp, may_read, me, refusals_shown
from portal.views.forms import Form, new_key
from portal.views.language import datetime_text, size_text
from portal.views.paging import before_asked

STOPPED = "Cet organisme a déjà renvoyé cette personne : rien n’est parti. L’encadrement voit l’orientation et décide."


@bp.get("/referrals")
@agents
def referrals() -> str:
    """The view asked for, or the first that has something to do."""
    shown = [view for view in listing.VIEWS if view != "ping_pong" or me().role == "supervisor"]
    counts = listing.counts(me(), shown)
    first = next((view for view in shown if counts[view]), "waiting")
    view = request.args.get("view", "")
    view = view if view in shown else first
    rows = listing.listing(view, by=me(), before=before_asked())
    return render_template(
        "console/referrals/referrals.html",
        view=view,
        counts=counts,
        received=inbox.waiting(me(), ("new",))["new"],
        rows=rows[: listing.A_PAGE],
        more=rows[listing.A_PAGE - 1].id if len(rows) > listing.A_PAGE else None,
        names=names_of({one.created_by for one in rows}),
        hidden=_hidden(rows),
    )


def _hidden(rows: list[Referral]) -> set[int | None]:
    """Those of whom the reader is told nothing without writing why."""
    ids = {one.citizen_id for one in rows}
    found = db.session.scalars(db.select(Citizen).where(Citizen.id.in_(ids - {None}))).all()
    return {one.id for one in found if not may_read(one)}


@bp.get("/referrals/<int:referral_id>")
@agents
def referral(referral_id: int) -> str:
    return _page(_find(referral_id), Form())


def _find(referral_id: int) -> Referral:
    """The referral, to those who may open the exchange that it tells of: the same words stand in both."""
    found = listing.find_referral(referral_id, by=me())
    answering.find_contact(found.contact_id, by=me())
    return found


@bp.post("/referrals/<int:referral_id>/<any(send,again,answer,taken,refused,close):act>")
@agents
def act_on_referral(referral_id: int, act: str) -> Any:
    found, form = _find(referral_id), Form(request.form)
    after = found
    with refusals_shown(form):
        after = ACTS[act](found, form)
    if not form.valid:
        _lead(form, act)
        return _page(listing.find_referral(referral_id, by=me()), form), 422
    stopped = act == "again" and after is found
    db.session.commit()
    by_phone = act in ("send", "again") and after.way == "phone" and not stopped
    done = words.REFERRAL_DONE["by_phone" if by_phone else act]
    flash(STOPPED if stopped else done, "warning" if stopped else "message")
    return redirect(url_for("console.referral", referral_id=after.id))


def _send(found: Referral, form: Form) -> Referral:
    way = form.choice("way", receivers.WAYS, required=True)
    nature = form.choice("nature", tuple(clocks.REGIMES), required=True)
    form.refuse_unread()
    living.send(found, way, nature=nature, fields=_ticked(form), by=me().actor)
    return found


def _ticked(form: Form) -> tuple[str, ...]:
    return tuple(one for one in form.data.getlist("fields") if one in sharing.FIELDS)


def _again(found: Referral, form: Form) -> Referral:
    """To the next service, by the same way where it takes it, with the fields that are ticked; the exchange is over
    again."""
    service = read_service(form, required=True)
    form.refuse_unread()
    if service is None:
        raise Refused(N_("Ce service n’existe plus."), field="service")
    reason = form.text("reason", longest=500) or found.reason
    made = chains.send_again(found, service.id, reason=reason, by=me())
    if made is None:
        return found
    ways = receivers.ways(service)
    way = found.way if found.way in ways else ways[0]
    living.send(made, way, nature=clocks.nature_of(found), fields=_ticked(form), by=me().actor)
    _end_again(found)
    return made


def _end_again(found: Referral) -> None:
    """Nobody needs to answer the exchange any more: it went on."""
    contact = answering.hold_contact(found.contact_id, by=me())
    if contact.state in ("open", "waiting") or contact.agent_id == me().id:
        answering.wrap_up(contact, "referred", note=contact.note, answer=contact.answer, by=me().actor)


def _answer(found: Referral, form: Form) -> Referral:
    files = [int(one) for one in form.data.getlist("files") if one.isascii() and one.isdigit()]
    asking.answer(found, form.text("body"), files=files, form_key=form.key(), by=me().actor)
    if db.session.get_one(Contact, found.contact_id).step == asking.ASKED:
        _end_again(found)
    return found


def _taken(found: Referral, form: Form) -> Referral:
    """Somebody at the service said so, on the telephone."""
    key = form.key()
    _acted(found, key, lambda: living.receive(found, form_key=key, by=me().actor))
    return found


def _refused(found: Referral, form: Form) -> Referral:
    """Somebody at the service said no, on the telephone, and why: it counts against the rule as any refusal does."""
    key, other, why = form.key(), read_service(form, "other"), form.text("why", longest=2000)
    form.refuse_unread()
    whose = other.id if other is not None else None
    said: dict[str, Any] = {"note": why, "redirect_to": whose, "form_key": key, "by": me().actor}
    _acted(found, key, lambda: living.refuse(found, form.text("refusal"), **said))
    return found


def _lead(form: Form, act: str) -> None:
    """The errors of a refusal lead to its own fields."""
    named = {"reason": "refusal", "note": "why"} if act == "refused" else {}
    for name in named.keys() & form.errors.keys():
        form.errors[named[name]] = form.errors.pop(name)


def _close(found: Referral, form: Form) -> Referral:
    key, outcome, note = form.key(), form.text("outcome"), form.text("note", longest=2000)
    _acted(found, key, lambda: living.close(found, outcome, note=note, form_key=key, by=me().actor))
    return found


def _acted(found: Referral, key: str, act: Callable[[], bool]) -> None:
    """Does it, unless this very form did. What somebody else was faster with is said, never passed over."""
    hold_referrals(found)
    if not history.came_from(found, key) and not act():
        raise Refused(N_("Entre-temps, quelqu’un d’autre a répondu. Voici où cela en est."))


ACTS = {
    "send": _send,
    "again": _again,
    "answer": _answer,
    "taken": _taken,
    "refused": _refused,
    "close": _close,
}


def _page(found: Referral, form: Form) -> str:
    contact = db.session.get_one(Contact, found.contact_id)
    events = history.of(found)[::-1]
    case = db.session.get(Case, contact.case_id) if contact.case_id else None
    nature = case.nature if case is not None and not found.sent_at else clocks.nature_of(found)
    if not form.data:
        form.values.update(nature=nature, service=_proposed(found))
    return render_template(
        "console/referrals/referral.html",
        found=found,
        contact=contact,
        citizen=people.head(db.session.get_one(Citizen, found.citizen_id)) if found.citizen_id else None,
        case=db.session.get(Case, found.case_id) if found.case_id else None,
        chain=chains.chain(found)[1:],
        next=chains.following(found),
        final=living.is_final(found),
        ways=[(way, words.WAYS[way]) for way in receivers.ways(found.service)],
        natures=[(code, name, case_words.SILENCES[code]) for code, name in case_words.NATURES.items()],
        offered=_offered(contact),
        usual=form.data.getlist("fields") if form.data else _usual(found, contact),
        nature=case_words.NATURES[nature],
        silence=clocks.silence(found),
        receipts=clocks.receipts(found),
        files=_files(found, contact),
        given_since=_given_since(found, form),
        shared=", ".join(words.SHARED[name] for name in sharing.FIELDS if name in found.shared),
        events=events,
        names=names_of(history.actors(events) | {one.author_id for one in found.messages}),
        values=form.values,
        errors=form.errors,
        error_ids=dict.fromkeys(form.errors.keys() - _fields(found), "contenu"),
        form_key=form.key() if form.data else new_key(),
    )


def _proposed(found: Referral) -> str:
    """Where it goes next: to whom its receiver named, or back with the piece that was missing."""
    missing = found.service_id if found.refusal == "missing_piece" else None
    return str(found.redirect_to_id or missing or "")


def _usual(found: Referral, contact: Contact) -> list[str]:
    """What is ticked before the agent chooses: as was shared before, with what the person gave since it was asked."""
    if not living.is_final(found):
        return sharing.as_usual(contact)
    return [*found.shared, *(("request", "files") if found.refusal == "missing_piece" else ())]


def _offered(contact: Contact) -> list[tuple[str, str, str]]:
    """What there is to share, and what it says; of a protected person, only to those who may know."""
    hidden = contact.person is not None and not may_read(contact.person)
    offered = sharing.offered(contact)
    said = {name: f"{len(what)} fichier(s)" if name == "files" else what for name, what in offered.items()}
    return [
        (name, words.SHARED[name], "" if hidden else textwrap.shorten(what, 120))
        for name, what in said.items()
    ]


def _files(found: Referral, contact: Contact) -> list[tuple[str, str, str]]:
    """What the person sent that may go with an answer; of a protected one, only to those who may know."""
    if not found.messages or (contact.citizen is not None and not may_read(contact.citizen)):
        return []
    given = sharing.not_yet_given(found)
    return [
        (str(one.id), one.name, f"Reçu le {datetime_text(one.at)}, {size_text(one.size)}") for one in given
    ]


def _given_since(found: Referral, form: Form) -> list[str]:
    """What is ticked before the agent chooses: what came since the question."""
    if form.data or not asking.is_asked(found):
        return form.data.getlist("files")
    asked = found.messages[-1].at
    return [str(one.id) for one in sharing.not_yet_given(found) if one.at > asked]


def _fields(found: Referral) -> set[str]:
    """The fields that the page shows of a referral as it now stands: an error leads to its field, or to the top."""
    if found.state == "proposed":
        return {"way", "nature", "fields"}
    if living.is_final(found):
        return {"service"} if found.state != "done" and not chains.following(found) else set()
    phone = {"refusal", "why", "other"} if found.way == "phone" else set()
    return {"outcome", *phone, *({"body"} if found.messages else ())}
