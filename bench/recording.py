"""What one of our doors asks of the database: its statements, in order, with their transactions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from psycopg.types.json import Json, Jsonb
from sqlalchemy import Engine, event

_INSERTED = re.compile(r"INSERT INTO \w+ .*RETURNING \w+\.id\b", re.DOTALL)
_CASE = "INSERT INTO cases "


@dataclass
class Step:
    """`act`: execute, commit or rollback; on the `connection`th connection that the request took."""

    act: str
    connection: int
    statement: str = ""
    parameters: Any = None
    # numbers that the table gave: later steps speak of them
    inserted: list[int] = field(default_factory=list)


@dataclass
class Recording:
    steps: list[Step] = field(default_factory=list)
    unique: set[str] = field(default_factory=set)  # texts that no two requests share

    @property
    def statements(self) -> int:
        return sum(step.act == "execute" for step in self.steps)


@contextmanager
def recorded(engine: Engine, unique: Iterator[str] | tuple[str, ...] = ()) -> Iterator[Recording]:
    """Notes all that is asked through `engine` meanwhile."""
    recording, connections = Recording(unique=set(unique)), {}

    def number(connection: Any) -> int:
        return connections.setdefault(id(connection), len(connections))

    def executed(
        connection: Any, cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
    ) -> None:
        step = Step("execute", number(connection), statement, _plain(parameters))
        if _INSERTED.match(statement):
            step.inserted = [row[0] for row in cursor.fetchall()]
            cursor.scroll(0, mode="absolute")
        if statement.startswith(_CASE):
            recording.unique.add(parameters["reference"])
        recording.steps.append(step)

    def ended(act: str) -> Callable[[Any], None]:
        return lambda connection: recording.steps.append(Step(act, number(connection)))

    listeners = [
        ("after_cursor_execute", executed),
        ("commit", ended("commit")),
        ("rollback", ended("rollback")),
    ]
    for name, listener in listeners:
        event.listen(engine, name, listener)
    try:
        yield recording
    finally:
        for name, listener in listeners:
            event.remove(engine, name, listener)


def _plain(value: Any) -> Any:
    """Parameters that another process can read: the driver's JSON wrappers hold functions."""
    if isinstance(value, Json | Jsonb):
        return type(value)(value.obj)
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
