"""The page of a case: what it is, what is due, everything said in it in one thread, and what was done to it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import render_template
from sqlalchemy import Select

from portal import clock, history
from portal.cases import keeping, opening, questions, whose
from portal.cases.changing import deeds, linking, macros
from portal.cases.checklists import checks_of
from portal.cases.due import clocks
from portal.cases.models import NATURES, PRIORITIES, Case, Clock, Deed, Note, Promise, Question, Tag
from portal.citizens import people
from portal.citizens.models import Citizen
from portal.contacts.models import Contact, ContactNote, Message
from portal.contacts.texts import delivery
from portal.database import db
from portal.history import Event
from portal.referrals.following import clocks as referral_clocks
from portal.referrals.following import referring
from portal.referrals.following.clocks import Silence
from portal.referrals.models import Referral
from portal.rights import READERS
from portal.staff.managing import names_of
from portal.staff.models import Staff
from portal.staff.teams import teams_of
from portal.views import kept, moments
from portal.views.console.cases import words
from portal.views.console.contact import addressing, composing
from portal.views.console.door import may_read, me, note_reading
from portal.views.forms import Form, new_key

JUST_DONE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing of the thread: a message, an exchange of which nothing is written, or a note between colleagues."""

    at: datetime
    kind: str  # message, contact, note
    contact: Contact | None = None
    message: Message | None = None
    note: Note | ContactNote | None = None
    questions: Sequence[Question] = field(default=())


def show(case: Case, form: Form | None = None, rows: Sequence[Any] = ()) -> str:
    """The page, with what was typed in the form that comes back; `rows`: two versions side by side."""
    contacts = contacts_of(case)
    said = _thread(case, contacts)
    page = render_template(
        "console/cases/case.html",
        case=case,
        rows=rows,
        values={**_kept(case), **(form.values if form else {})},
        errors=form.errors if form else {},
        form_key=form.key() if form and form.data else new_key(),
        **said,
        **_around(case, contacts, {_author(one) for one in said["moments"]}),
        **_answering(case, contacts, form),
    )
    citizen = _citizen(case)
    if citizen is not None and may_read(citizen):  # a written reason was itself noted as the reading
        note_reading(citizen.id)
    return page


def contacts_of(case: Case) -> list[Contact]:
    """The contacts of a case, oldest first."""
    query = db.select(Contact).filter_by(case_id=case.id).order_by(Contact.started_at, Contact.id)
    return list(db.session.scalars(query))


def _kept(case: Case) -> dict[str, Any]:
    kept = keeping.values_of(case)
    return {**kept, "tags": ", ".join(kept["tags"]), "version": case.version}


def _thread(case: Case, contacts: list[Contact]) -> dict[str, Any]:
    """What was said, whatever the channel, and what colleagues noted, in the order of time."""
    page = moments.page_of(*_kinds(case))
    messages, notes = page.messages(), _rows(Note, page.ids("note"))
    later, by_id = _rows(ContactNote, page.ids("contact_note")), {one.id: one for one in contacts}
    asked = questions.questions_of(page.ids("contact"))
    found = []
    for kind, number, at in page.places:
        if kind == "message" and number in messages:
            message = messages[number]
            found.append(Moment(at, kind, by_id.get(message.contact_id), message=message))
        elif kind == "contact" and number in by_id:
            theirs = [one for one in asked if one.contact_id == number]
            found.append(Moment(at, kind, by_id[number], questions=theirs))
        elif note := (notes if kind == "note" else later).get(number):
            found.append(Moment(at, "note", note=note))
    return {
        "moments": found,
        "page": page,
        "contacts": contacts,
        "set_aside": delivery.set_aside(messages.values()),
        "explained": composing.explained,
    }


def _kinds(case: Case) -> Iterator[Select[Any]]:
    """Messages; exchanges of which there is more to read, or nothing written; notes, in the matter and added to its
    exchanges."""
    own = db.select(Contact.id).where(Contact.case_id == case.id)
    asked = db.exists().where(Question.contact_id == Contact.id)
    tells = (
        Contact.channel.in_(("phone", "counter", "letter")) | (Contact.answer != "") | (Contact.note != "")
    )
    yield moments.messages(Message.contact_id.in_(own))
    yield moments.places("contact", Contact, Contact.started_at, Contact.case_id == case.id, tells | asked)
    yield moments.places("note", Note, Note.at, Note.case_id == case.id)
    yield moments.places("contact_note", ContactNote, ContactNote.at, ContactNote.contact_id.in_(own))


def _rows(model: Any, ids: Collection[int]) -> dict[int, Any]:
    return (
        {one.id: one for one in db.session.scalars(db.select(model).where(model.id.in_(ids)))} if ids else {}
    )


def _author(one: Moment) -> int | None:
    written = one.message or one.note
    return written.author_id if written else None


def _around(case: Case, contacts: list[Contact], authors: set[int | None]) -> dict[str, Any]:
    """Its clocks, promises, referrals, list, neighbours and history, and who did each."""
    events = history.of(case)
    done, checked = deeds_of(events), checks_of(case)
    promises = db.select(Promise).filter_by(case_id=case.id).order_by(Promise.due_at)
    people = {case.owner_id, *history.actors(events), *(one.agent_id for one in contacts)}
    people |= authors | {one.done_by for one in checked}
    newest = done[0] if done else None
    referrals = referring.referrals_of([one.id for one in contacts])
    elsewhere = _accepting(referrals)
    return {
        "clocks": [one for one in _in_order(case) if _shown(one, case, elsewhere)],
        "elsewhere": elsewhere,
        "promises": list(db.session.scalars(promises)),
        "referrals": referrals,
        "checks": checked,
        "linked": linking.linked_to(case),
        "events": events,
        "macros": macros.usable(case),
        "gone": deeds.not_undoable(newest) if newest and _is_fresh(newest) else [],
        "deeds": {one.id: one for one in done},
        "just_done": newest if newest and _is_fresh(newest) else None,
        "names": names_of(people),
        "team": next((one.name for one in teams_of(me()) if one.id == case.team_id), ""),
        "topics": kept.topics(),
        "citizen": _citizen(case),
        "theirs": _others(case),
        "unsure": bool(whose.unsure_of([case.id])),
        "choices": _choices(case),
    }


def _others(case: Case) -> list[Case]:
    """The person's other open matters, to be linked or merged without looking up a reference."""
    if case.citizen_id is None or case.state == "closed":
        return []
    return [one for one in opening.open_cases(case.citizen_id, by=me(), limit=20) if one.id != case.id]


def _accepting(referrals: list[Referral]) -> Silence | None:
    """What the silence of another administration means, where it is the one that counts: it would accept."""
    theirs = [one for one in referrals if one.state in ("sent", "received", "accepted") and one.way != "told"]
    found = [one for one in (referral_clocks.silence(it) for it in theirs) if one.means == "acceptance"]
    return found[0] if found else None


def _shown(one: Clock, case: Case, elsewhere: Silence | None) -> bool:
    """One clock of silence, never two."""
    if one.kind == "silence" and elsewhere is not None:
        return False
    return one.state != "stopped" or case.state == "closed"


def _citizen(case: Case) -> Citizen | None:
    found = db.session.get(Citizen, case.citizen_id) if case.citizen_id else None
    return people.head(found) if found else None


def _in_order(case: Case) -> list[Clock]:
    return sorted(clocks.clocks_of(case).values(), key=lambda one: one.due_at)


def _is_fresh(deed: Deed) -> bool:
    return deed.undone_at is None and deed.by_id == me().id and deed.at > clock.now() - JUST_DONE


def deeds_of(events: Sequence[Event]) -> list[Deed]:
    """The deeds of which these events tell, newest first."""
    ids = {one.details["deed"] for one in events if "deed" in one.details}
    return list(db.session.scalars(db.select(Deed).where(Deed.id.in_(ids)).order_by(Deed.id.desc())))


def _choices(case: Case) -> dict[str, Any]:
    """What its fields may say."""
    owners = db.select(Staff).filter_by(organization_id=case.organization_id, disabled_at=None)
    owners = owners.where(Staff.role.in_(READERS)).order_by(Staff.last_name)
    tags = db.select(Tag.name).filter_by(organization_id=case.organization_id).order_by(Tag.name)
    return {
        "nature": [(one, words.NATURES[one]) for one in NATURES],
        "priority": [(one, words.PRIORITIES[one]) for one in PRIORITIES],
        "owner": [(one.id, one.name) for one in db.session.scalars(owners)],
        "team": [(one.id, one.name) for one in teams_of(me())],
        "tags": list(db.session.scalars(tags)),
    }


def _answering(case: Case, contacts: list[Contact], form: Form | None) -> dict[str, Any]:
    """The composer: by which ways, and what is said around a text."""
    found = addressing.ways(case, contacts)
    chosen = form.text("way") if form else ""
    contact = next((one.contact for one in found if one.key == chosen), found[0].contact if found else None)
    return {
        "ways": found,
        "composer": composing.as_typed(contact, form) if contact else None,
        "writing_in": contact,
    }
