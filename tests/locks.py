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
# each in the order of its keys, and all of them before the desk
IN_TURN = ("identifiers", "contacts", "deeds", "referrals", "cases", "messages")
ONE_OF = "|".join(IN_TURN)
ROWS = re.compile(rf"\bFROM ({ONE_OF}|places|presences)\b.*\bFOR (?:NO KEY )?UPDATE\b", re.DOTALL)
NEW = re.compile(rf"\bINSERT INTO ({ONE_OF}) ")
CHANGED = re.compile(rf"\bUPDATE ({ONE_OF}) SET .*\bWHERE \1\.id = %\((\w+)\)", re.DOTALL)
PASSES_BY = "SKIP LOCKED"  # waits for nobody
KEYS = {**dict.fromkeys(IN_TURN, "id"), "places": "contact_id", "presences": "staff_id"}
HELD = "desk's locks"


Row = tuple[str, int]


@dataclass
class Held:
    """What a transaction holds: what is taken in turn, the desk, and what comes after it. What it made itself, and
    nobody else knows of yet, is waited for by nobody."""

    in_turn: set[Row] = field(default_factory=set)
    made: set[Row] = field(default_factory=set)
    desk: bool = False
    after: set[Row] = field(default_factory=set)
    before: list[set[Row]] = field(default_factory=list)
    """What of `in_turn` was held at each savepoint that goes on: back there, the rest is let go."""


def keep_order(engine: Engine) -> None:
    """Identifiers, contacts, deeds, referrals, cases, messages, the desk, then places that wait and presences; of these
    last, one alone may be held without the desk."""
    if engine.dialect.name != "postgresql":  # on SQLite whoever writes is alone
        return
    event.listen(engine, "before_cursor_execute", _ask)
    event.listen(engine, "after_cursor_execute", _have)
    event.listen(engine, "savepoint", _mark)
    event.listen(engine, "release_savepoint", _go_on)
    event.listen(engine, "rollback_savepoint", _go_back)
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
            _hold(connection, (changed[1], int(row[changed[2]])), waited=True)


def _have(connection: Connection, cursor: Any, statement: str, *_more: Any) -> None:
    made, found = NEW.search(statement), ROWS.search(statement)
    if made is not None:
        held = connection.info.setdefault(HELD, Held())
        held.made.update((made[1], int(row["id"])) for row in _rows(cursor) if "id" in row)
    elif found is not None:
        for row in _rows(cursor):
            if found[1] != "places" or row["state"] == b"waiting":
                key = int(row[KEYS[found[1]]])
                _hold(connection, (found[1], key), waited=PASSES_BY not in statement)


def _hold(connection: Connection, row: Row, *, waited: bool) -> None:
    held = connection.info.setdefault(HELD, Held())
    if row in held.made:
        return
    if row[0] in IN_TURN:
        later = {one for one in held.in_turn if _turn(one) > _turn(row)}
        before = row in held.in_turn or not (later or held.desk or held.after)
        assert before or not waited, f"one of {row[0]}, {row[1]}, is asked for after {held}"
        held.in_turn.add(row)
    else:
        alone = held.after <= {row}
        assert alone or held.desk or not waited, f"one of {row[0]} is asked for after {held.after}"
        held.after.add(row)


def _turn(row: Row) -> tuple[int, int]:
    return IN_TURN.index(row[0]), row[1]


def _rows(cursor: Any) -> Iterator[dict[str, bytes]]:
    """What the statement answered, read beside the cursor, which others will read."""
    names = [column[0] for column in cursor.description or ()]
    answer = cursor.pgresult  # none of rows that were inserted many at once: nobody knows of them yet
    for row in range(answer.ntuples if answer is not None else 0):
        yield {name: answer.get_value(row, at) for at, name in enumerate(names)}


def _mark(connection: Connection, _name: str) -> None:
    held = connection.info.setdefault(HELD, Held())
    held.before.append(set(held.in_turn))


def _go_on(connection: Connection, *_more: Any) -> None:
    connection.info[HELD].before.pop()


def _go_back(connection: Connection, *_more: Any) -> None:
    held = connection.info[HELD]
    held.in_turn = held.before.pop()


def _let_go(connection: Connection) -> None:
    if not connection.invalidated:  # one that was cut off is never used again
        connection.info.pop(HELD, None)
