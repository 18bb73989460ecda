"""Asking for many rows by their numbers, in the same words however many they are.

With IN, the words of a question change with the number of values: PostgreSQL's driver takes each for another question,
which is read and planned anew, and the mapper writes it out again each time. Here the numbers are one value.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    ColumnExpressionArgument,
    Dialect,
    Integer,
    Text,
    bindparam,
    literal_column,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


def among(column: ColumnExpressionArgument[Any], name: str) -> ColumnElement[bool]:
    """Whether a column is one of the numbers that are given under `name` when it is asked."""
    return _Among(column, bindparam(name, type_=_Numbers()))


def in_order(number: ColumnElement[int] | Any) -> ColumnElement[int]:
    """To sort by their own number the rows found `among` others: SQLite would walk the whole table in that order."""
    sorted_by: ColumnElement[int] = number + literal_column("0")
    return sorted_by


class _Numbers(TypeDecorator[Iterable[int]]):
    """Numbers of rows as one value: an array; SQLite has none, and reads their list."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(Integer))

    def process_bind_param(self, value: Iterable[int] | None, dialect: Dialect) -> Any:
        numbers = list(value or ())
        return json.dumps(numbers) if dialect.name == "sqlite" else numbers


class _Among(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """A condition as it stands: as a value, SQLite would be asked whether it is 1, and would use no index."""
        return self


@compiles(_Among)
def _say(element: _Among, compiler: Any, **how: Any) -> str:
    column, numbers = (compiler.process(part, **how) for part in element.clauses)
    if compiler.dialect.name == "sqlite":
        return f"{column} IN (SELECT value FROM json_each({numbers}))"  # noqa: S608  (the compiler wrote both)
    return f"{column} = ANY ({numbers})"
