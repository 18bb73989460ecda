"""The order in which the desk's locks are taken, as `portal.desk.holding` says, watched in every test on PostgreSQL.

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
ROWS = re.compile(r"\bFROM (contacts|places|presences)\b.*\bFOR (?:NO KEY )?UPDATE\b", re.DOTALL)
NEW_CONTACT = "INSERT INTO contacts "
PASSES_BY = "SKIP LOCKED"  # waits for nobody
KEYS = {"contacts": "id", "places": "contact_id", "presences": "staff_id"}
HELD = "desk's locks"


@dataclass
class Held:
    """What a transaction holds: the contacts, the desk, and what comes after it."""

    contacts: set[bytes] = field(default_factory=set)
    desk: bool = False
    after: set[tuple[str, bytes]] = field(default_factory=set)


def keep_order(engine: Engine) -> None:
    """Contacts, the desk, then places that wait and presences; of these, one alone may be held without the desk."""
    if engine.dialect.name != "postgresql":  # on SQLite whoever writes is alone
        return
    event.listen(engine, "before_cursor_execute", _ask)
    event.listen(engine, "after_cursor_execute", _have)
    event.listen(engine, "commit", _let_go)
    event.listen(engine, "rollback", _let_go)


def _ask(connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
    if DESK in statement:
        held = connection.info.setdefault(HELD, Held())
        assert held.desk or not held.after, f"the desk is asked for after {held.after}"
        held.desk = True


def _have(connection: Connection, cursor: Any, statement: str, *_more: Any) -> None:
    found = ROWS.search(statement)
    if found is None and NEW_CONTACT not in statement:
        return
    held = connection.info.setdefault(HELD, Held())
    table, waited = found[1] if found else "contacts", found is not None and PASSES_BY not in statement
    for row in _rows(cursor):
        key = row[KEYS[table]]
        if table == "contacts":
            before = key in held.contacts or not (held.desk or held.after)
            assert before or not waited, f"a contact is asked for after the desk, or {held.after}"
            held.contacts.add(key)
        elif table == "presences" or row["state"] == b"waiting":
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
