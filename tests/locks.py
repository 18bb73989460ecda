"""The order in which locks are taken, as `portal.desk.holding` says, watched in every test on PostgreSQL.

Out of order, two transactions wait for each other, at an instant that no test meets by chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

DESK = "pg_advisory_xact_lock(%(desk)s"
ROWS = re.compile(r"\bFROM (contacts|cases|places|presences)\b.*\bFOR (?:NO KEY )?UPDATE\b", re.DOTALL)
NEW = re.compile(r"\bINSERT INTO (contacts|cases) ")
CHANGED = re.compile(r"\bUPDATE (contacts|cases) SET .*\bWHERE \1\.id = %\((\w+)\)", re.DOTALL)
PASSES_BY = "SKIP LOCKED"  # waits for nobody
KEYS = {"contacts": "id", "cases": "id", "places": "contact_id", "presences": "staff_id"}
HELD = "desk's locks"


@dataclass
class Held:
    """What a transaction holds: the contacts, the cases, the desk, and what comes after it. What it made itself, and
    nobody else knows of yet, is waited for by nobody."""

    contacts: set[bytes] = field(default_factory=set)
    cases: set[bytes] = field(default_factory=set)
    made: set[tuple[str, bytes]] = field(default_factory=set)
    desk: bool = False
    after: set[tuple[str, bytes]] = field(default_factory=set)


def keep_order(engine: Engine) -> None:
    """Contacts, cases, the desk, then places that wait and presences; of these, one alone may be held without the
    desk."""
    if engine.dialect.name != "postgresql":  # on SQLite whoever writes is alone
        return
    event.listen(engine, "before_cursor_execute", _ask)
    event.listen(engine, "after_cursor_execute", _have)
    event.listen(engine, "commit", _let_go)
    event.listen(engine, "rollback", _let_go)


def _ask(connection: Connection, _cursor: Any, statement: str, asked: Any, *_more: Any) -> None:
    if DESK in statement:
        held = connection.info.setdefault(HELD, Held())
        assert held.desk or not held.after, f"the desk is asked for after {held.after}"
        held.desk = True
    changed = CHANGED.search(statement)
    if changed is not None:
        for row in asked if isinstance(asked, list | tuple) else (asked,):
            _hold(connection, changed[1], str(row[changed[2]]).encode(), waited=True)


def _have(connection: Connection, cursor: Any, statement: str, *_more: Any) -> None:
    made, found = NEW.search(statement), ROWS.search(statement)
    if made is not None:
        held = connection.info.setdefault(HELD, Held())
        held.made.update((made[1], row["id"]) for row in _rows(cursor) if "id" in row)
    elif found is not None:
        for row in _rows(cursor):
            if found[1] != "places" or row["state"] == b"waiting":
                _hold(connection, found[1], row[KEYS[found[1]]], waited=PASSES_BY not in statement)


def _hold(connection: Connection, table: str, key: bytes, *, waited: bool) -> None:
    held = connection.info.setdefault(HELD, Held())
    if (table, key) in held.made:
        return
    if table == "contacts":
        before = key in held.contacts or not (held.cases or held.desk or held.after)
        assert before or not waited, f"a contact is asked for after {held}"
        held.contacts.add(key)
    elif table == "cases":
        before = key in held.cases or not (held.desk or held.after)
        assert before or not waited, f"a case is asked for after {held}"
        held.cases.add(key)
    else:
        alone = held.after <= {(table, key)}
        assert alone or held.desk or not waited, f"one of {table} is asked for after {held.after}"
        held.after.add((table, key))


def _rows(cursor: Any) -> Iterator[dict[str, bytes]]:
    """What the statement answered, read beside the cursor, which others will read."""
    names = [column[0] for column in cursor.description or ()]
    answer = cursor.pgresult  # none of rows that were inserted many at once: nobody knows of them yet
    for row in range(answer.ntuples if answer is not None else 0):
        yield {name: answer.get_value(row, at) for at, name in enumerate(names)}


def _let_go(connection: Connection) -> None:
    if not connection.invalidated:  # one that was cut off is never used again
        connection.info.pop(HELD, None)
