"""What is fresh and what is stale is so by the days of here: midnight is not that of Greenwich."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from time_machine import travel

from portal.database import db
from portal.directory.confirming import asking, freshness, owners
from portal.directory.models import Organization, Service

NEW_YEAR = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # half past midnight in Paris


def record(slug: str = "x", **values: Any) -> Service:
    return Service(slug=slug, **values)


@pytest.fixture
def host(app: Flask) -> Organization:
    made = Organization(slug="ville", name="Ville", email="mairie@ville.example", is_host=True)
    db.session.add(made)
    db.session.flush()
    return made


def test_what_is_said_after_midnight_is_said_that_day() -> None:
    assert freshness.last_confirmed(record(confirmed_at=NEW_YEAR)) == date(2027, 1, 1)
    assert freshness.oldest(NEW_YEAR, 12) == date(2026, 1, 1)
    assert freshness.is_stale(record(source_date=date(2025, 12, 31)), NEW_YEAR)


@pytest.mark.parametrize("hour", [21, 22, 23])
def test_the_query_and_the_verb_agree_round_midnight(host: Organization, hour: int) -> None:
    when = datetime(2026, 6, 30, hour, 30, tzinfo=UTC)
    first = datetime(2025, 6, 30, 12, 30, tzinfo=UTC)
    db.session.add_all(
        record(f"s{n}", organization=host, confirmed_at=first + timedelta(hours=n)) for n in range(24)
    )
    db.session.flush()
    stale = set(db.session.scalars(db.select(Service).where(freshness.stale(Service, when))))
    assert stale == {one for one in db.session.scalars(db.select(Service)) if freshness.is_stale(one, when)}


def test_the_oldest_of_an_owner_is_told_by_the_day_it_was_here(host: Organization) -> None:
    confirmed = record("confirmed", organization=host, confirmed_at=datetime(2025, 4, 30, 22, 30, tzinfo=UTC))
    db.session.add(confirmed)
    db.session.flush()
    (owner,), _ = owners.owners(NEW_YEAR, 12, among=None)
    assert (owner.stale, owner.since) == (1, date(2025, 5, 1))
    db.session.add_all((record("dated", organization=host, source_date=date(2017, 12, 12)),))
    confirmed.source_date = date(2016, 1, 1)  # somebody has confirmed it since
    db.session.flush()
    (owner,), _ = owners.owners(NEW_YEAR, 12, among=None)
    assert (owner.stale, owner.since) == (2, date(2017, 12, 12))


def test_the_letters_of_a_day_are_counted_from_midnight_here(host: Organization) -> None:
    other = Organization(slug="caf", name="CAF", email="accueil@caf.example")
    with travel(NEW_YEAR - timedelta(hours=1), tick=False):
        assert asking.take_turn(asking.ask(host), reminder=False, a_day=1)
        db.session.flush()
    with travel(NEW_YEAR, tick=False):
        assert asking.take_turn(asking.ask(other), reminder=False, a_day=1)
