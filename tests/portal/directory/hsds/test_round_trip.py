"""What comes in goes out field for field, again and again; what is changed here is said instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.commands.hsds import all_records
from portal.database import db
from portal.directory import editing
from portal.directory.hsds.checking import shapes
from portal.directory.models import Kind, ListedPhone, Location, Organization, Service, ServiceArea
from portal.history import SYSTEM
from tests import make
from tests.databases import empty
from tests.portal.directory.hsds.cast import (
    ORGANIZATION,
    organization_said,
    plain,
    record,
    records,
    said,
    take,
)

WORDS = sorted({name for shape in shapes().values() for name in shape["fields"]} | {"$row", "contents"})
LARGE = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


@LARGE
@given(one=records("service"))
def test_any_service_goes_out_as_it_came_in(app: Flask, tmp_path: Path, one: dict[str, Any]) -> None:
    empty()
    first = take(tmp_path, one)
    assert not first.counts["record", "refused"]
    assert said(one["id"]) == plain(one)
    again = take(tmp_path, one)
    assert {what for _, what in again.counts} == {"same"}
    assert said(one["id"]) == plain(one)


@LARGE
@given(one=records("organization"))
def test_any_organization_goes_out_as_it_came_in(app: Flask, tmp_path: Path, one: dict[str, Any]) -> None:
    empty()
    take(tmp_path, {**one, "services": []})
    assert organization_said(one["id"]) == plain({**one, "services": []})


@LARGE
@given(data=st.data())
def test_what_we_export_comes_in_elsewhere_and_goes_out_the_same(
    app: Flask, tmp_path: Path, data: st.DataObject
) -> None:
    empty()
    before = data.draw(st.lists(records("service"), min_size=1, max_size=3))
    take(tmp_path, *before)
    exported = [said(one["id"]) for one in before]
    empty()
    take(tmp_path, *exported)
    assert [said(one["id"]) for one in before] == exported


anything = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just("x" * 9_000)
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)
    ),
    max_leaves=12,
)


@LARGE
@given(wrong=st.lists(st.dictionaries(st.sampled_from(WORDS), anything, max_size=8), max_size=3))
def test_whatever_is_said_gets_a_sentence_or_comes_in(
    app: Flask, tmp_path: Path, wrong: list[dict[str, Any]]
) -> None:
    empty()
    good = record()
    report = take(
        tmp_path, *wrong, *({**record(), "id": f"w{n}", **one} for n, one in enumerate(wrong)), good
    )
    assert db.session.scalar(db.select(Service.id).filter_by(hsds_id=good["id"])) is not None
    assert report.counts["record", "refused"] <= 2 * len(wrong)
    exported = [plain(one) for one in all_records()]
    empty()
    assert not take(tmp_path, *exported).counts["record", "refused"]


def ours() -> Service:
    """A service of ours with something in every column."""
    db.session.add(Kind(code="mds", names={"fr": "Maison des solidarités"}))
    home = make.organization("departement", name="Département", phone="+33199000001")
    service = make.service("mds", of=home, phone="+33199000002", email="m@d.example", url="https://m.example")
    service.schedule = {"mon": [["08:30", "12:00"], ["13:30", "24:00"]], "days": {"2026-12-24": []}}
    service.languages, service.minimum_age, service.alert = ["fr", "ar"], 18, "Travaux"
    service.required_documents = [{"document": "Pièce d’identité"}]
    service.cost_options = [{"option": "Gratuit", "amount": 0, "currency": "EUR"}]
    service.texts["fr"].summary = "Aides"
    place = Location(
        location_type="physical", address_1="1 rue du Port", postal_code="96100", city="Valbrune"
    )
    place.latitude, place.longitude, place.commune = 48.1, -1.6, "96042"
    place.accessibility = [{"description": "Rampe"}]
    db.session.add(place)
    db.session.flush()
    from portal.directory.models import ServiceAtLocation

    db.session.add(ServiceAtLocation(service_id=service.id, location_id=place.id))
    db.session.add(ListedPhone(service_id=service.id, number="+33199000003", type="fax"))
    db.session.add(ServiceArea(service_id=service.id, level="commune", code="96042", name="Valbrune"))
    db.session.commit()
    db.session.expunge_all()
    return service


def test_our_own_service_says_all_its_columns(app: Flask) -> None:
    ours()
    record = said()
    assert (record["name"], record["status"], record["minimum_age"]) == ("MDS", "active", 18)
    assert [one["number"] for one in record["phones"]] == ["+33199000002", "+33199000003"]
    assert [one["type"] for one in record["phones"]] == ["voice", "fax"]
    assert [one["code"] for one in record["languages"]] == ["fr", "ar"]
    assert record["attributes"][0]["taxonomy_term"]["name"] == "Maison des solidarités"
    assert record["service_areas"][0] | {"id": ""} == {
        "id": "",
        "name": "Valbrune",
        "extent": "96042",
        "extent_type": "insee-commune",
    }
    place = record["service_at_locations"][0]["location"]
    assert (place["external_identifier"], place["latitude"]) == ("96042", 48.1)
    assert place["addresses"][0]["city"] == "Valbrune" and place["accessibility"][0]["description"] == "Rampe"
    week = [(one.get("byday"), one.get("opens_at"), one.get("closes_at")) for one in record["schedules"]]
    assert week == [("MO", "08:30:00", "12:00:00"), ("MO", "13:30:00", "00:00:00"), (None, None, None)]
    assert said() == record  # its ids are the same each time


def test_our_own_service_comes_in_elsewhere_with_the_same_columns(app: Flask, tmp_path: Path) -> None:
    before, exported = ours(), said()
    empty()
    take(tmp_path, exported)
    after = db.session.scalars(db.select(Service)).one()
    names = (
        "hsds_id kind phone email url schedule languages minimum_age alert required_documents cost_options"
    )
    for name in names.split():
        assert getattr(after, name) == getattr(before, name), name
    assert db.session.scalars(db.select(ServiceArea)).one().code == "96042"
    assert after.address == "1 rue du Port, 96100 Valbrune" and after.commune == "96042"
    assert said() == exported


def test_our_own_record_that_comes_back_changes_nothing_here(app: Flask, tmp_path: Path) -> None:
    service = ours()
    old = said()
    row = db.session.get_one(Service, service.id)
    row.phone = "+33199000009"
    db.session.commit()
    take(tmp_path, old)
    assert said()["phones"][0]["number"] == "+33199000009"
    assert db.session.scalars(db.select(Service)).one().slug == "mds"


def test_a_column_changed_here_is_said_instead_of_what_was_kept(app: Flask, tmp_path: Path) -> None:
    one = record(
        email="a@b.example",
        wait_time="une semaine",
        phones=[{"id": "x", "number": "01 99 00 00 01", "note": "accueil"}],
        schedules=[{"id": "s", "freq": "WEEKLY", "byday": "MO", "opens_at": "9:00", "closes_at": "12:00"}],
    )
    take(tmp_path, one)
    row = db.session.scalars(db.select(Service)).one()
    assert row.schedule == {"mon": [["09:00", "12:00"]]}
    texts = {"fr": {"name": "Aide sociale", "summary": "Nouveau"}}
    editing.save_service(row, by=SYSTEM, texts=texts, phone="+33199000007", email="")
    db.session.commit()
    now = said()
    assert (now["name"], now["description"]) == ("Aide sociale", "Nouveau")
    assert "email" not in now and now["wait_time"] == "une semaine"
    assert now["phones"][0]["number"] == "+33199000007" and now["schedules"] == one["schedules"]
    assert now["last_modified"].startswith(f"{row.changed_at:%Y-%m-%d}")


def test_what_was_changed_here_survives_another_import_and_the_rest_follows(
    app: Flask, tmp_path: Path
) -> None:
    take(tmp_path, record(alert="Fermé lundi", fees_description="Gratuit"))
    row = db.session.scalars(db.select(Service)).one()
    row.alert = "Ouvert lundi"
    db.session.commit()
    told: list[Any] = []
    take(tmp_path, record(alert="Fermé mardi", fees_description="Payant"), told=told)
    row = db.session.scalars(db.select(Service)).one()
    assert (row.alert, row.fees_description) == ("Ouvert lundi", "Payant")
    assert [why for _, why, _ in told] == ["« alert » : modifié ici depuis, gardé tel quel"]
    assert said()["alert"] == "Ouvert lundi"


def test_a_service_given_elsewhere_leaves_its_former_place(app: Flask, tmp_path: Path) -> None:
    def at(*cities: str) -> dict[str, Any]:
        places = [
            {"id": f"p-{city}", "location": {"id": f"l-{city}", "location_type": "physical", "name": city}}
            for city in cities
        ]
        return record(service_at_locations=places)

    take(tmp_path, at("Ici", "Ailleurs"))
    take(tmp_path, at("Ailleurs", "Plus loin"))
    assert said() == at("Ailleurs", "Plus loin")
    assert db.session.query(Location).count() == 3
    assert db.session.query(Organization).count() == 1


def test_who_gives_a_service_and_whom_its_organization_belongs_to_follow_the_source(
    app: Flask, tmp_path: Path
) -> None:
    first, second = {**ORGANIZATION, "id": "region"}, {**ORGANIZATION, "id": "etat"}
    child = {**ORGANIZATION, "id": "agence", "parent_organization_id": "region"}
    take(tmp_path, first, second, record(organization=child))
    moved = {**child, "parent_organization_id": "etat"}
    take(tmp_path, record(organization=moved))
    assert said()["organization"]["parent_organization_id"] == "etat"
    take(tmp_path, record(organization={**moved, "parent_organization_id": None}))
    assert not said()["organization"].get("parent_organization_id")
    take(tmp_path, record(organization=second))
    assert said()["organization"]["id"] == "etat"
    report = take(tmp_path, record(organization=second))
    assert report.counts["service", "same"] == 1
