"""Deeds: several changes done to cases in one act, told in words, and undone in one act.

What undoing gives back is what nobody has changed since: a field that no longer says what the deed made it say is left
as it is, and told. A message that has left is not taken back; one that still waits is recalled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from portal import clock, history
from portal.cases.changing.watching import (
    Step,
    Watch,
    find_row,
    model_of,
    nothing_unseen,
    plain,
    values_of,
    watching,
)
from portal.cases.due import clocks
from portal.cases.models import Case, Check, Deed, Note
from portal.contacts import answering
from portal.contacts.models import Contact, Message
from portal.database import Base, db, hold, hold_all, hold_name, insert
from portal.history import Person
from portal.rights import find_to_read

DEEDS = 0x64656564  # our part of the advisory locks' key space
KINDS = {
    "merge": "case.merged",
    "split": "case.split",
    "link": "case.linked",
    "macro": "case.macro_run",
    "bulk": "case.changed_together",
}


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing a deed gave back, and the steps it left because they no longer say what the deed made them say."""

    given_back: int
    left: tuple[Step, ...] = ()


@dataclass
class Doing:
    """A deed while it is done."""

    deed: Deed
    watch: Watch

    def since(self) -> int:
        """Where the steps have got to."""
        db.session.flush()
        return len(self.watch.steps)

    def bind(self, message: Message, since: int) -> None:
        """What was done since then is given back only if this message has not left."""
        self.watch.bind(message.id, since)

    def came_out(self, made: Case | Contact, of: Case | Contact) -> None:
        """One was made out of another. Undone, a case stays, since its reference was told: closed, and leading back to
        the other; an exchange goes, or where something was sent in it, stands beside the other."""
        self.watch.came_out(made, of.id)


def done_by(form_key: str | None) -> Deed | None:
    """The deed this form has already done, if it was sent before: nobody else does it until the commit."""
    if not form_key:
        return None
    hold_name(DEEDS, form_key)
    return db.session.scalar(db.select(Deed).filter_by(form_key=form_key))


@contextmanager
def doing(kind: str, says: str, *, by: Person, form_key: str | None = None) -> Iterator[Doing]:
    """Whatever the verbs called meanwhile change in cases becomes one deed. Ask `done_by(form_key)` first."""
    deed = Deed(
        organization_id=by.organization_id, kind=kind, says=says, form_key=form_key or None, by_id=by.id
    )
    with nothing_unseen(), watching() as watch:
        yield Doing(deed, watch)
    deed.changes, deed.case_ids = watch.kept(), list(watch.cases)
    db.session.add(deed)
    db.session.flush()
    _forget(deed.case_ids)
    _tell(deed.case_ids, KINDS[kind], deed, by=by)


@contextmanager
def going_on(deed: Deed) -> Iterator[Doing]:
    """What follows from a deed that was just done is part of it."""
    with nothing_unseen(), watching() as watch:
        yield Doing(deed, watch)
    deed.changes = [*deed.changes, *watch.kept()]


def do(kind: str, says: str, changes: Iterable[Step], *, by: Person, form_key: str | None = None) -> Deed:
    """Applies these steps ({"table", "id", "field", "before", "after"}) as one deed.

    A field that no longer says `before` is left alone: somebody changed it since it was looked at. What has rules of
    its own (closing, pausing) is better done by its verbs inside `doing`.
    """
    known = done_by(form_key)
    if known is not None:
        return known
    with doing(kind, says, by=by, form_key=form_key) as act:
        for step in changes:
            row = find_row(step)
            if row is not None and plain(getattr(row, step["field"])) == step["before"]:
                setattr(row, step["field"], _value(type(row), step["field"], step["after"]))
    _tell_states(act.watch.steps, by=by)
    return act.deed


def find_deed(deed_id: int, *, by: Person) -> Deed:
    """The deed, for staff of its organization who answer people; to anyone else it does not exist."""
    return find_to_read(Deed, deed_id, by=by)


def not_undoable(deed: Deed) -> list[Message]:
    """The messages of a deed that have left, or leave: undoing it would not take them back."""
    ids = [step["id"] for step in deed.changes if step["table"] == "messages" and step.get("made")]
    found = (db.session.get(Message, one) for one in ids)
    return [one for one in found if one is not None and one.state not in ("waiting", "failed", "recalled")]


def undo(deed: Deed, *, by: Person) -> Undone:
    """Gives back what nobody changed since, last step first; undone twice, it does nothing."""
    _hold_rows(deed)
    if deed.undone_at is not None:
        return Undone(0)
    with watching() as watch:
        sent = {step["id"] for step in deed.changes if step["table"] == "messages" and step.get("made")}
        recalled = {step["id"] for step in deed.changes if _recalls(step, by)}
        left = [step for step in reversed(deed.changes) if not _undo_step(step, recalled, sent)]
    deed.undone_by, deed.undone_at = by.id, clock.now()
    _forget([*deed.case_ids, *watch.cases])
    _tell(dict.fromkeys([*deed.case_ids, *watch.cases]), "case.undone", deed, by=by, left=len(left))
    _tell_states(watch.steps, by=by)
    return Undone(len(deed.changes) - len(left), tuple(left))


def _hold_rows(deed: Deed) -> None:
    """Exchanges first, as whoever answers in one, then the deed, then cases, then messages, each in the order of their
    keys: two acts never wait for each other in a ring."""
    touched: dict[str, set[Any]] = {"contacts": set(), "messages": set(), "cases": set()}
    for step in deed.changes:
        if step["table"] in touched:
            touched[step["table"]].add(step["id"])
    of_messages = db.select(Message.contact_id).where(Message.id.in_(touched["messages"]))
    contacts = touched["contacts"].union(db.session.scalars(of_messages))
    hold_all(Contact, contacts)
    hold(deed)
    hold_all(Case, touched["cases"])
    hold_all(Message, touched["messages"])


def _recalls(step: Step, by: Person) -> bool:
    """Whether this is a message that has not left: it leaves no more."""
    if step["table"] != "messages" or not step.get("made"):
        return False
    message = find_row(step)
    return message is not None and answering.recall(message, by=by.actor)


def _undo_step(step: Step, recalled: set[int], sent: set[int]) -> bool:
    sends = step["table"] == "messages" and step.get("made")
    message_id = step["id"] if sends else step.get("with")
    if message_id is not None and message_id not in recalled:
        return False
    return bool(sends) or _give_back(step, sent)


def _give_back(step: Step, sent: set[int]) -> bool:
    model = model_of(step["table"])
    if model is None:
        return _give_link_back(step)
    row = find_row(step)
    if step.get("gone"):
        return row is not None or _make_again(model, step)
    if row is None:
        return bool(step.get("made"))
    if step.get("made"):
        return _take_away(row, step, sent)
    if plain(getattr(row, step["field"])) != step["after"]:
        return False
    setattr(row, step["field"], _value(model, step["field"], step["before"]))
    return True


def _take_away(row: Any, step: Step, sent: set[int]) -> bool:
    """A row the deed made goes, unless it was changed since, or something else now hangs on it."""
    if isinstance(row, Case):
        return _lead_back(row, step["out_of"])
    if isinstance(row, Contact) and "out_of" in step and sent & {one.id for one in row.messages}:
        return _put_beside(row, step["out_of"], sent)
    if values_of(row) != step["after"]:
        return False
    try:
        with db.session.begin_nested():
            db.session.delete(row)
    except IntegrityError:
        return False
    return True


def _put_beside(contact: Contact, origin_id: int, sent: set[int]) -> bool:
    """What the deed sent in it stays said, in the matter that it came out of; unless somebody wrote in it since."""
    if {one.id for one in contact.messages} - sent:
        return False
    contact.case_id = db.session.get_one(Contact, origin_id).case_id
    return True


def _lead_back(case: Case, origin_id: int) -> bool:
    """Once no exchange is in it any more; what colleagues wrote there since goes where it leads."""
    if db.session.scalar(db.select(Contact.id).filter_by(case_id=case.id).limit(1)) is not None:
        return False
    for model in (Check, Note):
        for row in db.session.scalars(db.select(model).filter_by(case_id=case.id).order_by(model.id)):
            row.case_id = origin_id
    clocks.stop(case)
    case.state, case.closed_at, case.merged_into_id = "closed", clock.now(), origin_id
    return True


def _make_again(model: Any, step: Step) -> bool:
    key = step["id"] if isinstance(step["id"], list) else [step["id"]]
    names = [one.key for one in model.__table__.primary_key]
    values = {name: _value(model, name, value) for name, value in step["before"].items()}
    db.session.add(model(**{**values, **dict(zip(names, key, strict=True))}))
    db.session.flush()
    return True


def _give_link_back(step: Step) -> bool:
    """A link between two rows, in a table of two keys: it comes back, or goes."""
    table = Base.metadata.tables[step["table"]]
    keys = dict(zip((one.key for one in table.primary_key), step["id"], strict=True))
    if step.get("gone"):
        db.session.execute(insert(table).values(**keys).on_conflict_do_nothing())
    else:
        db.session.execute(db.delete(table).where(*(table.c[name] == value for name, value in keys.items())))
    return True


def _value(model: Any, name: str, kept: Any) -> Any:
    """A value as its column takes it, from what JSON kept of it."""
    kind = model.__table__.c[name].type
    wanted = getattr(kind, "impl", kind).python_type
    return wanted.fromisoformat(kept) if isinstance(kept, str) and wanted in (datetime, date) else kept


def _forget(case_ids: Iterable[int]) -> None:
    """What these cases are made of is read again: rows went from one to the other."""
    for case in (db.session.get(Case, case_id) for case_id in set(case_ids)):
        if case is not None:
            db.session.expire(case, ["clocks", "checklist", "promises", "tags"])


def _tell(case_ids: Iterable[int], verb: str, deed: Deed, *, by: Person, left: int = 0) -> None:
    details = {"deed": deed.id, "says": deed.says, **({"left": left} if left else {})}
    for case in (db.session.get(Case, case_id) for case_id in case_ids):
        if case is not None:
            history.record(verb, case, by=by.actor, citizen_id=case.citizen_id, details=details)


def _tell_states(steps: Iterable[Step], *, by: Person) -> None:
    """A case that was closed or reopened says so in its history, whoever did it and how."""
    for step in steps:
        if (step["table"], step.get("field")) == ("cases", "state") and step["before"] != step["after"]:
            verb = {"closed": "case.closed"}.get(
                step["after"], "case.reopened" if step["before"] == "closed" else ""
            )
            case = db.session.get_one(Case, step["id"])
            if verb:
                history.record(verb, case, by=by.actor, citizen_id=case.citizen_id)
