"""Whom services are for: those who send somebody and those who check rules read it alike."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from flask import Flask

from portal.database import db
from portal.directory.models import Commune, Department, Kind, Service, ServiceArea
from portal.referrals.checking.facts import read_facts
from portal.referrals.deciding.areas import outside
from portal.referrals.deciding.book import Book
from portal.referrals.deciding.rule import Rule
from tests import make

AREAS = [("national", ""), ("other", ""), ("region", "R1"), ("region", "R2"), ("department", "94")]
AREAS += [("department", "95"), ("commune", "94001"), ("commune", "95001"), ("commune", "95009")]


@pytest.fixture
def regions(app: Flask) -> None:
    """Two departments of a region and one of another; a commune that has a part."""
    for code, region in (("94", "R1"), ("95", "R1"), ("96", "R2")):
        db.session.add(Department(code=code, name=code, region=region))
    for code, of, parent in (
        ("94001", "94", ""),
        ("95001", "95", ""),
        ("95002", "95", "95001"),
        ("96001", "96", ""),
    ):
        whole = {"type": "delegated", "parent": parent} if parent else {}
        db.session.add(Commune(code=code, name=code, name_key=code, department=of, **whole))
    for level in ("commune", "department", "region"):
        db.session.add(Kind(code=level, names={"fr": level}, level=level))
    db.session.flush()


def test_the_check_knows_of_places_what_those_who_are_sent_are_told(regions: None) -> None:
    """Any area, alone and with another, and any seat: whom the one sends away, the other does not count on."""
    sets = [(one,) for one in AREAS] + list(combinations(AREAS, 2))
    for n, areas in enumerate(sets):
        made = make.service(f"s{n}")
        for level, code in areas:
            db.session.add(ServiceArea(service_id=made.id, level=level, code=code))
    for level, commune in product(("commune", "department", "region", ""), ("94001", "95001", "96001", "")):
        make.service(f"{level}-{commune}", kind=level, commune=commune, department=commune[:2])
    db.session.flush()
    services = list(db.session.scalars(db.select(Service)))
    rules = [Rule(n, n, 100, one.id) for n, one in enumerate(services)]
    known = read_facts({1: Book(rules)}, 1)
    for commune in ("94001", "95001", "95002", "96001"):
        away = outside(services, commune)
        assert {one.slug for one in services if not known.serves(one.id, commune)} == {
            one.slug for one in services if one.id in away
        }
    assert not known.serves(db.session.scalars(db.select(Service.id).filter_by(slug="s2")).one(), "96001")
