"""Instances brought up to date while others write: indexes are built beside them, however long they take."""

from __future__ import annotations

from collections.abc import Callable
from threading import Timer
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event, text

from portal.database import db
from tests.databases import MIGRATIONS

WHICH = text("SELECT indexrelid FROM pg_index WHERE indisvalid AND indexrelid = to_regclass(:name)")
CUT_SHORT = text("UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass('ix_jobs_done')")


def test_an_index_waits_for_others_and_only_what_was_cut_short_is_built_anew(
    applications: Callable[[str], Flask],
) -> None:
    with applications("postgresql").app_context():
        db.engine.dispose()
        with db.engine.begin() as connection:
            kept, done = index(connection, "ix_jobs_waiting"), index(connection, "ix_jobs_done")
            connection.execute(CUT_SHORT)
            connection.execute(text("UPDATE alembic_version SET version_num = '0035'"))
        other = db.engine.connect()
        other.execute(text("UPDATE jobs SET state = state"))
        ends = Timer(1, other.close)
        ends.start()
        event.listen(db.engine, "connect", soon_given_up)
        try:
            upgrade(directory=MIGRATIONS)
        finally:
            event.remove(db.engine, "connect", soon_given_up)
            ends.join()
            db.engine.dispose()
        with db.engine.connect() as connection:
            assert index(connection, "ix_jobs_waiting") == kept
            assert index(connection, "ix_jobs_done") not in (None, done)


def index(connection: Any, name: str) -> Any:
    return connection.scalar(WHICH, {"name": name})


def soon_given_up(connection: Any, _record: Any) -> None:
    connection.execute("SET lock_timeout = 100")
    connection.commit()
