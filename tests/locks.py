"""The order in which the desk's locks are taken, as `portal.desk.holding` says, watched in every test on PostgreSQL.

Out of order, two transactions wait for each other, at an instant that no test meets by chance.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

DESK = "pg_advisory_xact_lock(%(desk)s"
PRESENCE = re.compile(r"FROM presences\b.*\bFOR (NO KEY )?UPDATE", re.DOTALL)
HELD = "desk's locks"


def keep_order(engine: Engine) -> None:
    """Whoever holds an agent's presence asks for the desk no more, but for one that it holds already."""
    event.listen(engine, "before_cursor_execute", _ask)
    event.listen(engine, "commit", _let_go)
    event.listen(engine, "rollback", _let_go)


def _ask(connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
    held = connection.info.setdefault(HELD, set())
    if DESK in statement:
        assert held != {"presence"}, "the desk is asked for after an agent's presence"
        held.add("desk")
    elif PRESENCE.search(statement):
        held.add("presence")


def _let_go(connection: Connection) -> None:
    if not connection.invalidated:  # one that was cut off is never used again
        connection.info.pop(HELD, None)
