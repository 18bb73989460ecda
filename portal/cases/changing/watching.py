"""Watching what verbs change, so that it can be given back: the steps of a deed write themselves.

Verbs know nothing of it. While a deed is done, each flush of the session tells which rows were made, changed or taken
away; rows of tables that are not listed here (history, jobs, identifiers…) are not a deed's to give back. What would
change a listed table by a statement of its own, unseen, is refused: it would never be given back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session

from portal.database import Base, db, hold

ROWS = ("cases", "clocks", "checks", "case_links", "promises", "notes", "questions", "contacts", "messages")
WATCHED = frozenset({*ROWS, "case_tags", "identifier_links"})
Step = dict[str, Any]


@dataclass
class Watch:
    """The steps seen so far, and the cases they are about."""

    steps: list[Step] = field(default_factory=list)
    cases: dict[int, None] = field(default_factory=dict)  # in the order they were first touched

    def add(self, step: Step, *case_ids: int | None) -> None:
        """One more step; two changes of the same field are one, from the first to the last."""
        self.cases.update(dict.fromkeys(one for one in case_ids if one is not None))
        same = next((one for one in self.steps if _same_field(one, step)), None)
        if same is not None:
            same["after"] = step["after"]
            return
        made = any(one.get("made") and _row(one)[:2] == _row(step)[:2] for one in self.steps)
        if not (made and "field" in step):  # what is changed in a row made just now is how it was made
            self.steps.append(step)

    def came_out(self, row: Any, origin_id: int) -> None:
        """A row was made out of another: it is not simply taken away (see `deeds`)."""
        step = {"table": row.__tablename__, "id": key_of(row), "made": True}
        known = next((one for one in self.steps if one.get("made") and _row(one)[:2] == _row(step)[:2]), None)
        if known is None:
            self.add(step, *_cases_of(row))
        (known or step)["out_of"] = origin_id

    def bind(self, message_id: int, since: int) -> None:
        """The steps since this one stand or fall with that message."""
        db.session.flush()
        for step in self.steps[since:]:
            step["with"] = message_id

    def kept(self) -> list[Step]:
        """The steps that changed something after all; of the rows made, what they say."""
        for step in self.steps:
            model = model_of(step["table"])
            if step.get("made") and model is not None:
                step["after"] = values_of(db.session.get_one(model, _ident(step["id"])))
        steps = [one for one in self.steps if "field" not in one or one["before"] != one["after"]]
        return sorted(steps, key=_came_later)


@contextmanager
def watching() -> Iterator[Watch]:
    """Writes down every row of a watched table that is made, changed or taken away meanwhile."""
    db.session.flush()
    session, watch = db.session(), Watch()

    def before(session: Session, _context: Any, _instances: Any) -> None:
        _note_changes(watch, session)

    def after(session: Session, _context: Any) -> None:
        # keys that follow a relationship are set by the flush itself
        _note_changes(watch, session, flushed=True)
        _note_rows(watch, session)

    event.listen(session, "before_flush", before)
    event.listen(session, "after_flush", after)
    try:
        yield watch
        db.session.flush()
    finally:
        event.remove(session, "before_flush", before)
        event.remove(session, "after_flush", after)


@contextmanager
def nothing_unseen() -> Iterator[None]:
    """Refuses statements that would change a watched table past the session's flush."""
    session = db.session()
    event.listen(session, "do_orm_execute", _refuse_unseen)
    try:
        yield
    finally:
        event.remove(session, "do_orm_execute", _refuse_unseen)


def _refuse_unseen(asked: ORMExecuteState) -> None:
    """But a case's own row: its reference may be drawn already, and whoever made it says so (`Watch.came_out`)."""
    if not (asked.is_insert or asked.is_update or asked.is_delete):
        return
    table = cast(Any, asked.statement).table.name
    if table in WATCHED and not (table == "cases" and asked.is_insert):
        raise RuntimeError(f"a deed does not see what a statement does to {table}")


def _note_changes(watch: Watch, session: Session, *, flushed: bool = False) -> None:
    for row in session.dirty:
        if row.__tablename__ not in WATCHED:
            continue
        for name in fields_of(type(row)):
            change = inspect(row).attrs[name].load_history()
            if change.has_changes() and (change.deleted or not flushed):
                old = change.deleted[0] if change.deleted else _in_table(row, name)
                step = {"table": row.__tablename__, "id": key_of(row), "field": name}
                step |= {"before": plain(old), "after": plain(getattr(row, name))}
                watch.add(step, *_cases_of(row), old if name == "case_id" else None)


def _in_table(row: Any, name: str) -> Any:
    """What the table still says of a field that was set without having been read."""
    table = type(row).__table__
    where = [one == getattr(row, one.key) for one in table.primary_key]
    return db.session().connection().scalar(db.select(table.c[name]).where(*where))


def _note_rows(watch: Watch, session: Session) -> None:
    """Rows made and taken away, once their keys are known; and, for each row, the links that come and go."""
    for row in session.new:
        if row.__tablename__ in WATCHED:
            watch.add({"table": row.__tablename__, "id": key_of(row), "made": True}, *_cases_of(row))
    for row in session.deleted:
        if row.__tablename__ in WATCHED:
            step = {"table": row.__tablename__, "id": key_of(row), "gone": True, "before": values_of(row)}
            watch.add(step, *_cases_of(row))
    for row in {*session.new, *session.dirty}:
        for table, name in _link_tables(type(row)):
            _note_links(watch, row, table, name)


def _note_links(watch: Watch, row: Any, table: Table, name: str) -> None:
    change = inspect(row).attrs[name].load_history() if name in row.__dict__ else None
    for others, how in ((change.added, "made"), (change.deleted, "gone")) if change else ():
        for other in others or ():
            step = {"table": table.name, "id": [row.id, other.id], how: True}
            watch.add(step, *_cases_of(row))


def _link_tables(model: Any) -> list[tuple[Table, str]]:
    """The relationships of a model that are kept in a watched table of two keys, its own first."""
    found = []
    for one in inspect(model).relationships:
        table = one.secondary
        if isinstance(table, Table) and table.name in WATCHED:
            found.append((table, one.key))
    return found


def fields_of(model: Any) -> list[str]:
    """The columns of a row, without its key and its version."""
    return [
        one.key
        for one in inspect(model).column_attrs
        if one.key != "version" and not (one.columns[0].primary_key and one.key == "id")
    ]


def values_of(row: Any) -> dict[str, Any]:
    """All that a row says, as JSON keeps it."""
    return {name: plain(getattr(row, name)) for name in fields_of(type(row))}


def find_row(step: Step) -> Any:
    """The row of a step, held until the commit and read afresh; None where it is no more."""
    row = db.session.get(model_of(step["table"]), _ident(step["id"]))
    if row is not None:
        hold(row)
    return row


def model_of(table: str) -> Any:
    """The model of a watched table; None of a table of two keys that has none."""
    return next((one.class_ for one in Base.registry.mappers if one.class_.__tablename__ == table), None)


def key_of(row: Any) -> Any:
    """The key of a row, as JSON keeps it: a number, or the list of its parts."""
    key = list(inspect(row).identity or inspect(row).mapper.primary_key_from_instance(row))
    return key[0] if len(key) == 1 else key


def _ident(key: Any) -> Any:
    return tuple(key) if isinstance(key, list) else key


def plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    return value.isoformat() if isinstance(value, (datetime, date)) else value


def _cases_of(row: Any) -> tuple[int | None, ...]:
    if row.__tablename__ == "cases":
        return (row.id,)
    if row.__tablename__ == "case_links":
        return (row.case_id, row.other_id)
    if row.__tablename__ == "messages":
        return (row.contact.case_id,)
    return (getattr(row, "case_id", None),)


def _came_later(step: Step) -> bool:
    """All but the making of a case: that comes first, and is undone once nothing is in it any more."""
    return not (step["table"] == "cases" and step.get("made"))


def _row(step: Step) -> tuple[Any, ...]:
    return step["table"], step["id"], step.get("with")


def _same_field(one: Step, other: Step) -> bool:
    return "field" in other and one.get("field") == other["field"] and _row(one) == _row(other)
