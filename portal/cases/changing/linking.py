"""Linking, merging and splitting cases: each is a deed, undone as one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from portal import clock, history
from portal.cases import keeping, opening
from portal.cases.changing import deeds
from portal.cases.checklists import checks_of
from portal.cases.due import clocks
from portal.cases.models import Case, CaseLink, Clock, Deed, Promise, Question
from portal.cases.notes import notes_of
from portal.cases.references import spoken
from portal.citizens import people
from portal.contacts.models import Contact, Message
from portal.database import db
from portal.errors import N_, Refused
from portal.history import Person

GOING_ON = ("running", "paused")


def link(case: Case, other: Case, *, by: Person, form_key: str | None = None) -> Deed:
    """The two are to be read together. Linking them again does nothing more."""
    _two(case, other)
    known = deeds.done_by(form_key)
    if known is not None:
        return known
    says = f"{spoken(case.reference)} liée à {spoken(other.reference)}"
    with deeds.doing("link", says, by=by, form_key=form_key) as act:
        if db.session.get(CaseLink, _pair(case, other)) is None:
            db.session.add(CaseLink(case_id=min(case.id, other.id), other_id=max(case.id, other.id)))
    return act.deed


def unlink(case: Case, other: Case, *, by: Person, form_key: str | None = None) -> Deed:
    """They have nothing to do with each other after all."""
    known = deeds.done_by(form_key)
    if known is not None:
        return known
    says = f"{spoken(case.reference)} n’est plus liée à {spoken(other.reference)}"
    with deeds.doing("link", says, by=by, form_key=form_key) as act:
        found = db.session.get(CaseLink, _pair(case, other))
        if found is not None:
            db.session.delete(found)
    return act.deed


def linked_to(case: Case) -> list[Case]:
    """The cases to be read with this one: linked to it, merged into it, or that into which it was merged."""
    links = db.select(CaseLink).where((CaseLink.case_id == case.id) | (CaseLink.other_id == case.id))
    ids = {one.case_id + one.other_id - case.id for one in db.session.scalars(links)}
    query = db.select(Case).filter_by(organization_id=case.organization_id)
    near = Case.id.in_(ids | {case.merged_into_id or 0}) | (Case.merged_into_id == case.id)
    return list(db.session.scalars(query.where(near).order_by(Case.id)))


def merge(kept: Case, absorbed: Case, *, by: Person, form_key: str | None = None) -> Deed:
    """One matter of two: what is in `absorbed` goes to `kept`, `absorbed` is closed and names it.

    Each clock that still goes on keeps the earlier date: merging gives nobody more time. Two persons' matters are
    linked, never merged.
    """
    held = keeping.hold_with_exchanges(kept, absorbed)
    known = deeds.done_by(form_key)
    if known is not None:
        return known
    _two(kept, absorbed)
    if "closed" in (kept.state, absorbed.state):
        raise Refused(N_("Une affaire close ne se fusionne pas : rouvrez-la d’abord."), field="other")
    if len(_persons(kept, absorbed)) > 1:
        raise Refused(
            N_("Ces affaires sont celles de deux personnes : liez-les plutôt que de les fusionner."),
            field="other",
        )
    says = f"{spoken(absorbed.reference)} fusionnée dans {spoken(kept.reference)}"
    with deeds.doing("merge", says, by=by, form_key=form_key) as act:
        _move_all(absorbed, kept, held)
        _move_clocks(absorbed, kept)
        kept.tags = sorted({*kept.tags, *absorbed.tags}, key=lambda one: one.name)
        absorbed.state, absorbed.closed_at, absorbed.merged_into_id = "closed", clock.now(), kept.id
        clocks.stop(absorbed)
    into = {"into": kept.id}
    history.record("case.closed", absorbed, by=by.actor, citizen_id=absorbed.citizen_id, details=into)
    return act.deed


def split(
    case: Case,
    contact_ids: Collection[int],
    message_ids: Collection[int] = (),
    *,
    subject: str,
    by: Person,
    form_key: str | None = None,
) -> tuple[Deed, Case]:
    """Takes some of the contacts of a case, or some messages of them, into a new one, with a reference of its own."""
    keeping.hold_with_exchanges(case)
    known = deeds.done_by(form_key)
    if known is not None:
        return known, split_off(known) or case
    contacts, messages = _chosen(case, contact_ids, message_ids)
    if not subject.strip():
        raise Refused(N_("Dites en quelques mots de quoi il s’agit."), field="subject")
    with deeds.doing("split", "", by=by, form_key=form_key) as act:
        first = contacts[0] if contacts else messages[0].contact
        new = opening.open_beside(first, subject=subject.strip()[:200], like=case, by=by.actor)
        act.came_out(new, of=case)
        act.deed.says = f"{spoken(new.reference)} séparée de {spoken(case.reference)}"
        _take(contacts, messages, new, act, by)
    return act.deed, new


def split_off(deed: Deed) -> Case | None:
    """The case that a deed made of another."""
    made = (one["id"] for one in deed.changes if one["table"] == "cases" and "out_of" in one)
    return next((db.session.get(Case, one) for one in made), None)


def _two(case: Case, other: Case) -> None:
    if case.id == other.id:
        raise Refused(N_("C’est la même affaire."), field="other")
    if case.organization_id != other.organization_id:
        raise Refused(N_("Cette affaire est celle d’un autre organisme."), field="other")


def _pair(case: Case, other: Case) -> tuple[int, int]:
    return min(case.id, other.id), max(case.id, other.id)


def _persons(*cases: Case) -> set[int | None]:
    """Whose these are; two files that were merged are one person's."""
    return {people.head_id(one.citizen_id) for one in cases if one.citizen_id is not None}


def _move_all(absorbed: Case, kept: Case, held: Collection[Contact]) -> None:
    places = len(checks_of(kept))
    for check in checks_of(absorbed):
        check.position += places
    rows: list[Any] = [*checks_of(absorbed), *notes_of(absorbed)]
    for model in (Contact, Promise, Question):
        rows += _of(model, absorbed)
    if any(
        isinstance(row, Contact) and row not in held for row in rows
    ):  # come in while the others were held
        raise Refused(N_("Un échange vient de s’ajouter à cette affaire : regardez-le, puis recommencez."))
    for row in rows:
        row.case_id = kept.id


def _of(model: Any, case: Case) -> list[Any]:
    return list(db.session.scalars(db.select(model).filter_by(case_id=case.id).order_by(model.id)))


def _move_clocks(absorbed: Case, kept: Case) -> None:
    ours, theirs = clocks.clocks_of(kept), clocks.clocks_of(absorbed)
    for kind, one in theirs.items():
        if one.state not in GOING_ON:
            continue
        mine = ours.get(kind)
        if mine is None:
            one.case_id = kept.id
        elif mine.state in GOING_ON and one.due_at < mine.due_at:
            _advance(mine, one)


def _advance(mine: Clock, other: Clock) -> None:
    """Due as early as the other: whoever was promised that date still is."""
    mine.started_at, mine.due_at, mine.means = other.started_at, other.due_at, other.means
    mine.warned_at, mine.escalated_at = other.warned_at, other.escalated_at


def _chosen(
    case: Case, contact_ids: Collection[int], message_ids: Collection[int]
) -> tuple[list[Contact], list[Message]]:
    """What is to leave, of this case only; something must stay."""
    all_of_it: list[Contact] = _of(Contact, case)
    contacts = [one for one in all_of_it if one.id in contact_ids]
    staying = [one for one in all_of_it if one not in contacts]
    messages = [one for contact in staying for one in contact.messages if one.id in message_ids]
    if not contacts and not messages:
        raise Refused(N_("Choisissez ce qui va dans la nouvelle affaire."), field="contacts")
    if not staying or (
        len(staying) == 1 and staying[0].messages and len(messages) == len(staying[0].messages)
    ):
        raise Refused(N_("Laissez au moins un échange dans cette affaire."), field="contacts")
    return contacts, messages


def _take(contacts: list[Contact], messages: list[Message], new: Case, act: deeds.Doing, by: Person) -> None:
    ids = [one.id for one in contacts]
    for contact in contacts:
        contact.case_id = new.id
    for made in db.session.scalars(db.select(Promise).where(Promise.contact_id.in_(ids))):
        made.case_id = new.id
    for old in {one.contact_id: one.contact for one in messages}.values():
        apart = _apart(old, new)
        act.came_out(apart, of=old)
        for message in [one for one in messages if one.contact_id == old.id]:
            message.contact = apart
            apart.last_message_at = message.at
        history.record(
            "contact.split_off", apart, by=by.actor, citizen_id=apart.citizen_id, details={"from": old.id}
        )


COPIED = (
    "organization_id", "channel", "direction", "identifier_id", "citizen_id", "certainty", "topic_id", "agent_id",
    "language", "commune", "line", "state", "disposition", "answered_at", "ended_at", "wrapped_up_at",
)  # fmt: skip


def _apart(old: Contact, new: Case) -> Contact:
    """An exchange like the one from which some messages are taken, to put them in."""
    values = {name: getattr(old, name) for name in COPIED}
    if values["state"] == "waiting":  # the place in line is the other's
        values["state"] = "open"
    contact = Contact(**values, subject=new.subject, case_id=new.id, started_at=old.started_at)
    db.session.add(contact)
    db.session.flush()
    return contact
