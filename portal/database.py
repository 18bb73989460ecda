"""The database: one declaration of the tables, and the rules that keep acknowledged writes.

SQLite: write-ahead log, full synchronisation, and a transaction that may write begins IMMEDIATE: as shipped,
concurrent read-then-write updates were seen lost without an error. A transaction that only reads is deferred
and `query_only`, so readers never wait and a forgotten write fails loudly. PostgreSQL: the same split with
READ ONLY transactions, and timeouts of five seconds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import psycopg
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as SessionOfFlask
from psycopg.pq import TransactionStatus
from sqlalchemy import JSON, DateTime, MetaData, Select, event, text
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.mutable import MutableDict, MutableList
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column, registry
from sqlalchemy.types import TypeDecorator

from portal import brisk
from portal.cursor import Cursor
from portal.errors import Stale

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the table on either engine. A naive value is a mistake and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time was given to the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={
            datetime: UTCDateTime,
            dict[str, Any]: MutableDict.as_mutable(JSON),
            dict[str, str]: MutableDict.as_mutable(JSON),
            list[str]: MutableList.as_mutable(JSON),
            list[dict[str, Any]]: MutableList.as_mutable(JSON),
        },
    )


class Versioned:
    """An editable row. The version grows with each save, and a save that started from an older one fails."""

    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


class DoorSession(SessionOfFlask):
    """A session that goes by the telephone doors' engine where someone is holding a telephone."""

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **more: Any) -> Any:
        if bind is None and brisk.in_haste.get():
            return db.engines[brisk.BIND]
        return super().get_bind(mapper=mapper, clause=clause, bind=bind, **more)


# Rows stay readable after a commit: reading one again would begin a transaction, and hold SQLite's only write lock
# while a page is drawn.
db = SQLAlchemy(model_class=Base, session_options={"class_": DoorSession, "expire_on_commit": False})

reads_only: ContextVar[bool] = ContextVar("reads_only", default=False)
"""Whether transactions begun here only read: no lock is taken, and a write is an error."""


@contextmanager
def brief_write() -> Iterator[Session]:
    """A short transaction of its own, for the three small records left once an answer is built.

    What the request's own transaction still holds is let go first: on SQLite it would be the one write lock, and
    this one would wait for it in vain.
    """
    db.session.rollback()
    token = reads_only.set(False)
    try:
        with Session(db.engine) as session, session.begin():
            yield session
    finally:
        reads_only.reset(token)


@contextmanager
def brief_read() -> Iterator[Session]:
    """A short transaction of its own that only reads: a job or a command that reads much holds no lock by it."""
    token = reads_only.set(True)
    try:
        with Session(db.engine, expire_on_commit=False) as session, session.begin():
            yield session
    finally:
        reads_only.reset(token)


def kept_while_reading() -> dict[Any, Any]:
    """Where an answer that a page asks for again and again is kept: until its transaction ends, if that only reads."""
    session = db.session()
    transaction = session.get_transaction()
    if transaction is None or not reads_only.get():
        return {}
    if session.info.get("reading") is not transaction:
        session.info.update(reading=transaction, kept={})
    kept: dict[Any, Any] = session.info["kept"]
    return kept


def rows(query: Select[Any], asked: Mapping[str, Any]) -> Sequence[Any]:
    """The rows of a query that names columns only, asked by every page: where there is nothing to map, asking the
    mapper takes half of the time."""
    db.session.flush()
    return db.session.connection().execute(query, asked).all()


def hold_nothing() -> None:
    """Called before the outside is spoken to: a transaction must not stay open for as long as its answer takes."""
    if db.session().in_transaction():
        raise RuntimeError("a transaction is open while the outside is spoken to")


def let_go() -> None:
    """Gives up what this session's transaction was about, even where its connection was cut meanwhile: the server, told
    nothing, gives it up too."""
    try:
        db.session.rollback()
    except DBAPIError:
        db.session.remove()


def locked(query: Select[Any]) -> Select[Any]:
    """The query of a row that is read and then written: held until the commit, and read afresh.

    Its key does not change: rows that point at it may be written meanwhile without waiting.
    """
    return query.with_for_update(key_share=True).execution_options(populate_existing=True)


def hold(row: Any) -> None:
    """Holds a row already read until the commit, and reads it afresh: it is about to be changed."""
    db.session.flush()
    db.session.refresh(row, with_for_update={"key_share": True})


def hold_all(model: Any, ids: Collection[int]) -> list[Any]:
    """Holds these rows until the commit and reads them afresh, in the order of their keys: two who hold several never
    wait for each other in a ring."""
    db.session.flush()
    query = db.select(model).where(model.id.in_(ids)).order_by(model.id)
    return list(db.session.scalars(locked(query)))


_LOCK = text("SELECT pg_advisory_xact_lock(:space, hashtext(:name))")


def hold_name(space: int, name: str) -> None:
    """Only one transaction at a time goes on with `name` in this part of the advisory locks' key space, until the
    commit: where there is no row yet to hold. On SQLite whoever writes is alone already."""
    db.session.flush()
    if db.engine.dialect.name == "postgresql":
        db.session.execute(_LOCK, {"space": space, "name": name})


def insert(table: Any) -> Any:
    """An INSERT into a model's table that knows ON CONFLICT, in the dialect of the engine in use."""
    return (insert_postgresql if db.engine.dialect.name == "postgresql" else insert_sqlite)(table)


def check_version(row: Any, version: int, yours: dict[str, Any]) -> None:
    """Refuses a save that started from an older version of `row`; `yours` is what the person typed."""
    if row.version != version:
        raise Stale(theirs={name: getattr(row, name) for name in yours if hasattr(row, name)}, yours=yours)


def engine_options(url: str) -> dict[str, Any]:
    """Pool and timeouts for the engine at `url`; what is written in its rows is kept out of its errors."""
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 10}, "hide_parameters": True}
    limits = "-c statement_timeout=5000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=60000"
    return {
        "hide_parameters": True,
        "pool_size": 10,
        "max_overflow": 10,
        "pool_timeout": 5,
        "connect_args": {
            "connect_timeout": 5,
            "tcp_user_timeout": 5000,
            "options": limits,
            "cursor_factory": Cursor,
        },
    }


def set_rules(engine: Engine) -> None:
    """Makes the engine's connections follow the rules of this module."""
    brisk.guard(engine)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgresql)
        event.listen(engine, "rollback", _end_postgresql)


def _open_sqlite(connection: Any, _record: Any) -> None:
    # the driver must not begin transactions of its own: `_begin_sqlite` does
    connection.isolation_level = None
    for rule in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {rule}")


def _begin_sqlite(connection: Connection) -> None:
    only = reads_only.get()
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if only else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if only else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    driver = connection.connection.dbapi_connection
    if driver is not None and driver.read_only != reads_only.get():
        driver.read_only = reads_only.get()


def _end_postgresql(connection: Connection) -> None:
    """PostgreSQL keeps the statements it has prepared when a transaction is rolled back, but the driver forgets them at
    its own ROLLBACK, and each page that follows would have all of its own parsed and planned anew: so this one is sent
    beside it. Whatever fails here is left to the rollback that follows."""
    if connection.closed or connection.invalidated:
        return
    driver = connection.connection.dbapi_connection
    if driver is not None and driver.info.transaction_status == TransactionStatus.INTRANS:
        with suppress(psycopg.Error):
            driver.pgconn.exec_(b"ROLLBACK")
