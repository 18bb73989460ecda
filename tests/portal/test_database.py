"""What is acknowledged is kept: concurrent updates lose none, and readers never wait for a writer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from portal import brisk
from portal.among import among
from portal.app import create_app
from portal.citizens.models import Citizen
from portal.config import Settings
from portal.database import brief_write, db, locked, reads_only
from portal.directory.models import Organization
from tests import make
from tests.conftest import settings_for
from tests.processes import CONTEXT, portal_of

PROCESSES, UPDATES = 4, 60  # as shipped, three in five are lost


def _add_many(settings: Settings, organization_id: int) -> None:
    app = portal_of(settings)
    with app.app_context():
        for _ in range(UPDATES):
            query = locked(db.select(Organization).filter_by(id=organization_id))
            row = db.session.scalars(query).one()
            row.phone = str(int(row.phone) + 1)
            db.session.commit()


def test_four_processes_updating_one_row_lose_no_update(app: Flask) -> None:
    row = make.organization(phone="0")
    db.session.commit()
    arguments = (app.extensions["settings"], row.id)
    processes = [CONTEXT.Process(target=_add_many, args=arguments) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    db.session.expire_all()
    assert db.session.get_one(Organization, row.id).phone == str(PROCESSES * UPDATES)


def test_what_is_acknowledged_is_on_the_disk_before(tmp_path: Path) -> None:
    """An instance's own file, not the suite's: whoever cuts the power loses nothing that was acknowledged."""
    with create_app(settings_for(tmp_path)).app_context():
        kept = {rule: db.session.scalar(text(f"PRAGMA {rule}")) for rule in ("journal_mode", "synchronous")}
    assert kept == {"journal_mode": "wal", "synchronous": 2}


def test_people_are_told_in_time_that_they_wait_in_vain(app: Flask, engine: str) -> None:
    """Whoever holds a telephone after a second, whoever looks at a page after five, or ten on SQLite."""
    asked, limits = {
        "sqlite": (("PRAGMA busy_timeout",), {None: [10_000], brisk.BIND: [1000]}),
        "postgresql": (
            ("SHOW statement_timeout", "SHOW lock_timeout"),
            {None: ["5s", "5s"], brisk.BIND: ["1s", "1s"]},
        ),
    }[engine]
    with create_app(app.extensions["settings"]).app_context():
        for name, way in db.engines.items():
            with way.connect() as connection:
                assert [connection.scalar(text(one)) for one in asked] == limits[name]
            way.dispose()


def test_a_write_in_a_reading_transaction_is_an_error(app: Flask) -> None:
    token = reads_only.set(True)
    try:
        db.session.add(Organization(slug="x", name="X"))
        with pytest.raises(DBAPIError):
            db.session.flush()
    finally:
        db.session.rollback()
        reads_only.reset(token)


def test_a_brief_write_commits_beside_a_reading_transaction(app: Flask) -> None:
    token = reads_only.set(True)
    try:
        assert db.session.scalars(db.select(Organization)).all() == []
        with brief_write() as session:
            session.add(Organization(slug="x", name="X"))
    finally:
        db.session.rollback()
        reads_only.reset(token)
    assert db.session.scalars(db.select(Organization.slug)).all() == ["x"]


def test_what_is_rolled_back_leaves_its_questions_prepared(app: Flask) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("PostgreSQL prepares questions")
    asked = text("SELECT 1 AS asked_often")
    known = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%asked_often'")
    with db.engine.connect() as connection:
        for _ in range(8):
            connection.execute(asked)
        connection.rollback()
        assert connection.scalar(known) == 1


def test_rows_are_asked_for_by_any_number_of_numbers(app: Flask) -> None:
    rows = [make.citizen(f"Personne {n}") for n in range(4)]
    query = db.select(Citizen.id).where(among(Citizen.id, "ids")).order_by(Citizen.id)
    assert "= 1" not in str(query.compile(db.engine))  # a condition, not a value: an index answers it
    for some in ([], rows[:1], rows[1:]):
        ids = [one.id for one in some]
        assert list(db.session.scalars(query, {"ids": ids})) == ids
        assert list(db.session.scalars(query, {"ids": set(ids)})) == ids


def test_a_save_from_a_stale_version_is_refused(app: Flask) -> None:
    row = make.organization()
    db.session.commit()
    with Session(db.engine) as other:
        other.get_one(Organization, row.id).name = "La leur"
        other.commit()
    row.name = "La mienne"
    with pytest.raises(StaleDataError):
        db.session.flush()
    db.session.rollback()


def test_an_answer_is_described_as_the_driver_would(app: Flask) -> None:
    driver: Any = db.session.connection().connection.dbapi_connection
    if not isinstance(driver, psycopg.Connection):
        return
    asked = "SELECT 1 AS one, 'é' AS \"deux à\", now() AS then, NULL::json AS none"
    own = [tuple(column)[:2] for column in psycopg.Cursor(driver).execute(asked).description or ()]
    assert [column[:2] for column in driver.execute(asked).description or ()] == own
    assert driver.execute("CREATE TEMPORARY TABLE nothing (id int)").description is None
    assert len(driver.execute("SELECT id FROM nothing").description or ()) == 1
