"""Alembic's entry: the tables are the portal's, the database is the application's."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from flask import current_app
from sqlalchemy.engine import Connection

from portal.database import Base, db

config = context.config


def run() -> None:
    if context.is_offline_mode():
        context.configure(url=str(db.engine.url), target_metadata=Base.metadata, literal_binds=True)
        with context.begin_transaction():
            context.run_migrations()
        return
    options = current_app.extensions["migrate"].configure_args
    with db.engine.connect() as connection, foreign_keys_apart(connection):
        take_as_long_as_it_takes(connection)
        context.configure(connection=connection, target_metadata=Base.metadata, **options)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


def take_as_long_as_it_takes(connection: Connection) -> None:
    """Five seconds are enough for a page, not to fill a column of some 200,000 cases. Waiting for a lock stays short."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql("SET idle_in_transaction_session_timeout = 0")
        connection.commit()


@contextmanager
def foreign_keys_apart(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew: the one others point to may go, for the time of the migration.

    The switch is obeyed outside a transaction only, so it is given to the bare connection.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    bare = connection.connection.dbapi_connection
    bare.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise RuntimeError("a migration left rows that point to nothing: restore the copy made before it")
        connection.rollback()
    finally:
        bare.execute("PRAGMA foreign_keys=ON")


run()
