"""What a source changes is followed, what is ours stays: hours that begin, places that move, copies that come back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import clock
from portal.database import db
from portal.directory.confirming import freshness
from portal.directory.models import ListedPhone, Organization, Service
from tests import make
from tests.portal.directory.hsds.cast import ORGANIZATION, record, said, take

FROM_DECEMBER = {
    "id": "s",
    "byday": "MO",
    "opens_at": "09:00",
    "closes_at": "12:00",
    "valid_from": "2026-12-01",
}
Told = list[tuple[str, str, bool]]


def row() -> Service:
    return db.session.scalars(db.select(Service)).one()


def test_hours_that_have_begun_are_read_at_the_next_import_of_the_same_record(
    app: Flask, tmp_path: Path
) -> None:
    one = record(schedules=[FROM_DECEMBER])
    with time_machine.travel(datetime(2026, 11, 22, 9, tzinfo=UTC)):
        take(tmp_path, one)
        assert row().schedule == {}
    with time_machine.travel(datetime(2026, 12, 1, 9, tzinfo=UTC)):
        assert said() == one  # not read since, and yet nothing is lost
        assert take(tmp_path, one).counts["service", "same"] == 1
        assert row().schedule == {"mon": [["09:00", "12:00"]]} and said() == one


def test_a_service_moves_with_its_place_unless_its_address_was_changed_here(
    app: Flask, tmp_path: Path
) -> None:
    def at(street: str, commune: str) -> dict[str, Any]:
        seat = {"external_identifier": commune, "external_identifier_type": "INSEE"}
        address = {
            "id": "a",
            "address_1": street,
            "postal_code": "96100",
            "city": "Valbrune",
            "country": "FR",
        }
        return {"id": "l", "location_type": "physical", "addresses": [address], **seat}

    take(tmp_path, record(service_at_locations=[{"id": "p", "location": at("1 rue du Port", "96042")}]))
    assert (row().address, row().commune, row().department) == (
        "1 rue du Port, 96100 Valbrune",
        "96042",
        "96",
    )
    take(tmp_path, at("2 quai Neuf", "97101"))
    assert (row().address, row().commune, row().department) == ("2 quai Neuf, 96100 Valbrune", "97101", "971")
    row().address = "Chez nous"
    db.session.commit()
    take(tmp_path, at("3 quai Neuf", "97101"))
    assert row().address == "Chez nous"


def test_a_known_service_said_wrong_inside_its_organization_stays_as_it_is(
    app: Flask, tmp_path: Path
) -> None:
    take(tmp_path, record(status="defunct"))
    told: Told = []
    inner = {key: value for key, value in record(status="ouvert").items() if key != "organization"}
    take(tmp_path, {**ORGANIZATION, "services": [inner]}, told=told)
    assert (row().status, row().active) == ("defunct", False)
    assert any("le statut « ouvert » n’existe pas" in why and out for _, why, out in told)


def test_a_copy_of_our_own_record_gives_our_service_to_nobody_else(app: Flask, tmp_path: Path) -> None:
    home = make.organization("mairie", name="Mairie")
    service = make.service("ccas", of=home, phone="+33199000002")
    db.session.commit()
    copy = said()
    service = db.session.get_one(Service, service.id)
    service.phone = ""  # taken away here since
    db.session.commit()
    told: Told = []
    report = take(
        tmp_path, {**copy, "organization": dict(ORGANIZATION), "fees_description": "Payant"}, told=told
    )
    again = db.session.scalars(db.select(Service)).one()
    assert (again.organization.name, again.phone, again.fees_description) == ("Mairie", "", "")
    assert report.counts["service", "same"] == 1 and any("fiche de cet annuaire" in why for _, why, _ in told)


def test_numbers_changed_here_stay_and_are_told(app: Flask, tmp_path: Path) -> None:
    def called(*numbers: str) -> dict[str, Any]:
        return record(phones=[{"id": f"t{n}", "number": number} for n, number in enumerate(numbers)])

    take(tmp_path, called("+33199000001", "+33199000002"))
    row().phone = "+33199000009"
    db.session.commit()
    told: Told = []
    take(tmp_path, called("+33199000001", "+33199000003"), told=told)
    assert "« phones » : modifié ici depuis, gardé tel quel" in [why for _, why, _ in told]
    assert row().phone == "+33199000009"


def test_nobody_is_told_to_call_a_fax(app: Flask, tmp_path: Path) -> None:
    fax = {"id": "f", "number": "01 99 00 00 08", "type": "fax"}
    voice = {"id": "v", "number": "01 99 00 00 09", "type": "voice", "extension": 12345678}
    one = record(phones=[fax, voice])
    take(tmp_path, one)
    assert row().phone == "01 99 00 00 09" and said() == one
    assert db.session.scalars(db.select(ListedPhone)).one().type == "fax"
    take(tmp_path, record(id="b", phones=[{**fax, "id": "g"}], name="Télécopie"))
    other = db.session.scalars(db.select(Service).filter_by(hsds_id="b")).one()
    assert other.phone == ""


def test_an_extension_keeps_all_its_figures(app: Flask, tmp_path: Path) -> None:
    first, second = {"id": "v", "number": "01"}, {"id": "w", "number": "02", "extension": 12345678}
    take(tmp_path, record(phones=[first, second]))
    assert db.session.scalars(db.select(ListedPhone)).one().extension == "12345678"


@pytest.mark.parametrize("name", ["assured_date", "last_modified"])
def test_what_its_publisher_checked_is_as_fresh_as_that(app: Flask, tmp_path: Path, name: str) -> None:
    with time_machine.travel(datetime(2026, 11, 22, 9, tzinfo=UTC)):
        take(tmp_path, record(**{name: "2026-06-01"}), record(id="b", **{name: "2027-01-01"}))
        by_id = {one.hsds_id: one for one in db.session.scalars(db.select(Service))}
        assert by_id[record()["id"]].source_date == date(2026, 6, 1)
        assert not freshness.is_stale(by_id[record()["id"]], datetime.now(UTC))
        assert by_id["b"].source_date is None  # a day to come is nobody's check


def test_what_is_confirmed_here_is_said_to_be_checked(app: Flask, tmp_path: Path) -> None:
    take(tmp_path, record(assured_date="2020-01-01"))
    freshness.confirm(row(), "owner@a.example")
    db.session.commit()
    assert said()["assured_date"] == clock.local_day().isoformat()
    assert db.session.scalars(db.select(Organization)).one().name == "Département"
