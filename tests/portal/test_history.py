"""What is recorded belongs to the transaction that did it; on the telephone it costs one statement, however much."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import event

from portal import brisk, history
from portal.database import db
from portal.directory.models import Organization
from tests import make


@pytest.fixture
def town(app: Flask) -> Iterator[Organization]:
    with app.app_context():
        made = make.organization()
        db.session.commit()
        token = brisk.in_haste.set(True)
        yield made
        brisk.in_haste.reset(token)


def test_all_that_a_transaction_did_is_written_by_one_statement(town: Organization) -> None:
    statements: list[str] = []
    event.listen(db.session.get_bind(), "before_cursor_execute", lambda *told: statements.append(told[2]))
    for verb in ("town.greeted", "town.thanked", "town.left"):
        history.record(verb, town, by=history.SYSTEM)
    db.session.commit()
    assert len([one for one in statements if one.startswith("INSERT INTO events")]) == 1
    assert [one.verb for one in history.of(town)][:3] == ["town.left", "town.thanked", "town.greeted"]


def test_what_was_recorded_is_seen_before_the_commit_by_who_asks(town: Organization) -> None:
    history.record("town.greeted", town, by=history.CITIZEN)
    assert history.of(town)[0].verb == "town.greeted"
    assert history.of(town)[0].actor_kind == "citizen"


def test_what_was_not_done_is_not_recorded(town: Organization) -> None:
    history.record("town.greeted", town, by=history.SYSTEM)
    db.session.rollback()
    db.session.commit()
    assert "town.greeted" not in [one.verb for one in history.of(town)]
