"""The national directory is imported whole, once, and what is changed here stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal import history
from portal.database import db
from portal.directory import reading
from portal.directory.editing import save_service
from portal.directory.finding import communes
from portal.directory.finding.kinds import kind, save_kind
from portal.directory.importing.dila import read_office
from portal.directory.importing.phones import read_numbers
from portal.directory.importing.report import Unreadable
from portal.directory.models import (
    Commune,
    DirectoryImport,
    ListedPhone,
    Location,
    Organization,
    Service,
    ServiceArea,
    ServiceAtLocation,
    SourceRecord,
)
from portal.history import SYSTEM, Event
from tests import make
from tests.portal.directory import sources
from tests.portal.directory.sources import office

ALL = (Organization, Service, Location, ListedPhone, ServiceArea, SourceRecord)


def run(app: Flask, *arguments: str | Path) -> list[str]:
    db.session.commit()
    result = app.test_cli_runner().invoke(args=[str(one) for one in arguments])
    assert result.exit_code == 0, result.output
    db.session.expire_all()
    return result.output.splitlines()


def count(table: Any) -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(table)) or 0


def test_communes_are_imported_once_with_their_parts_and_postcodes(app: Flask, tmp_path: Path) -> None:
    folder = sources.communes(tmp_path / "communes")
    said = run(app, "import-communes", folder)
    assert said[-1] == "9 new, 0 changed, 0 same, 0 kept, 1 refused"
    assert any("99999" in line and "Nulle-Part" in line for line in said)
    assert run(app, "import-communes", folder)[-1] == "0 new, 0 changed, 9 same, 0 kept, 1 refused"
    valbrune = db.session.get(Commune, "96042")
    assert valbrune and sorted(valbrune.postcodes) == ["96100", "96105", "96106"]
    assert valbrune.other_names == ["Valbrune-le-Vieux"]
    found = [communes.which(name).commune for name in ("Valbrune le Vieux", "Valbrune-le-Haut", "96040")]
    assert [one and one.code for one in found] == ["96042", "96043", "96042"]
    assert [part.code for part in communes.parts_of("95001")] == ["95201", "95202", "95203"]


def test_a_commune_that_changed_in_the_source_changes_alone(app: Flask, tmp_path: Path) -> None:
    folder = sources.communes(tmp_path / "communes")
    run(app, "import-communes", folder)
    (folder / "codes-postaux.json").write_text("[]")
    assert run(app, "import-communes", folder)[-1] == "0 new, 1 changed, 8 same, 0 kept, 0 refused"
    assert communes.which("", "96105").candidates == ()


def test_a_folder_without_communes_is_refused_in_a_sentence(app: Flask, tmp_path: Path) -> None:
    result = app.test_cli_runner().invoke(args=["import-communes", str(tmp_path)])
    assert result.exit_code and "communes.json" in result.output


@pytest.fixture
def three(app: Flask, tmp_path: Path) -> Path:
    run(app, "import-communes", sources.communes(tmp_path / "communes"))
    return sources.directory(
        tmp_path / "directory",
        office("mairie-96042-01", "Mairie de Valbrune"),
        office("mairie-96042-02", "Mairie déléguée de Valbrune-le-Haut", CoordonnéesNum=""),
        office(
            "phare-96017-01",
            Commentaire="Monter à pied.",
            Adresse=[
                {
                    "type": "postale",
                    "Ligne": ["BP 3", "Cedex"],
                    "CodePostal": "96111",
                    "NomCommune": "Elvin Cedex",
                },
                {"type": "physique", "Ligne": "Le môle", "CodePostal": "96110", "NomCommune": "Saint-Elvin"},
            ],
            CoordonnéesNum={
                "Téléphone": {"coût": "service gratuit", "$t": "01 99 00 30 30 06 39 98 10 10"},
                "Télécopie": "+33 1 99 00 30 31",
            },
        ),
        "{pas du json",
        office("phare-96017-01"),
        {"type": "Feature", "properties": {"id": "x-1"}},
    )


def test_offices_are_imported_whole_and_once(app: Flask, three: Path) -> None:
    said = run(app, "import-directory", three)
    assert said[-1] == "3 new, 0 changed, 0 same, 0 kept, 3 refused"
    assert sum("JSON" in line or "deux fois" in line or "sans Nom" in line for line in said) == 3
    phare = reading.service("phare-96017-01")
    assert (phare.kind, phare.commune, phare.department) == ("phare", "96017", "96")
    assert phare.address == "Le môle, 96110 Saint-Elvin" and phare.phone == "+33199003030"
    assert phare.schedule["mon"] == [["09:00", "12:00"]] and str(phare.source_date) == "2017-11-13"
    assert phare.texts["fr"].summary == "Monter à pied.\n\nTéléphone : service gratuit"
    numbers = db.session.execute(
        db.select(ListedPhone.type, ListedPhone.number).filter_by(service_id=phare.id)
    )
    assert {tuple(row) for row in numbers} == {("voice", "+33639981010"), ("fax", "+33199003031")}
    assert [
        place.location_type
        for place in db.session.scalars(db.select(Location).filter_by(source_id=phare.slug))
    ] == [
        "physical",
        "postal",
    ]
    assert [area.code for area in db.session.scalars(db.select(ServiceArea))] == ["96043"]
    assert [one.slug for one in reading.find_services("phare elvin")[0]] == ["phare-96017-01"]
    before = [count(table) for table in ALL]
    assert run(app, "import-directory", three)[-1] == "0 new, 0 changed, 3 same, 0 kept, 3 refused"
    assert [count(table) for table in ALL] == before


def test_a_place_shared_with_another_service_stays_the_others(
    app: Flask, three: Path, tmp_path: Path
) -> None:
    run(app, "import-directory", three)
    phare = reading.service("phare-96017-01")
    places = db.select(Location).join(ServiceAtLocation).where(ServiceAtLocation.service_id == phare.id)
    place = db.session.scalars(places.order_by(Location.id)).first()
    assert place is not None
    other = make.service("musee")
    db.session.add(ServiceAtLocation(service_id=other.id, location_id=place.id))
    before = place.address_1
    db.session.commit()
    moved = sources.directory(
        tmp_path / "moved",
        office(
            "phare-96017-01",
            Adresse={"type": "géopostale", "Ligne": "2 quai", "CodePostal": "96110", "NomCommune": "Elvin"},
        ),
    )
    run(app, "import-directory", moved)
    db.session.expire_all()
    assert [one.address_1 for one in db.session.scalars(places)] == ["2 quai"]
    theirs = db.select(Location).join(ServiceAtLocation).where(ServiceAtLocation.service_id == other.id)
    assert [(one.id, one.address_1) for one in db.session.scalars(theirs)] == [(place.id, before)]


def test_an_import_leaves_one_event_with_its_counts(app: Flask, three: Path) -> None:
    run(app, "import-directory", three)
    event = db.session.scalars(db.select(Event)).one()
    assert event.verb == "directory.imported" and event.details["counts"]["new"] == 3
    kept = db.session.scalars(db.select(DirectoryImport)).one()
    assert kept.ended_at and kept.counts["refused"] == 3 and len(kept.told) == 3


def test_a_record_that_changed_in_the_source_changes_alone(app: Flask, three: Path) -> None:
    run(app, "import-directory", three)
    before = {row.slug: row.version for row in db.session.scalars(db.select(Service))}
    changed = office("mairie-96042-01", "Hôtel de ville", at=(48.5, 2.5), dateMiseAJour="2018-01-02")
    sources.directory(
        three, changed, office("mairie-96042-02", "Mairie déléguée de Valbrune-le-Haut", CoordonnéesNum="")
    )
    said = run(app, "import-directory", three)
    assert said[-1] == "0 new, 1 changed, 1 same, 0 kept, 0 refused"
    assert any("phare-96017-01" in line for line in said), "what the source no longer has is told"
    mairie = reading.service("mairie-96042-01")
    assert mairie.texts["fr"].name == mairie.organization.name == "Hôtel de ville"
    assert str(mairie.source_date) == "2018-01-02"
    assert db.session.scalars(db.select(Location.latitude).filter_by(source_id=mairie.slug)).all() == [48.5]
    assert [one.slug for one in reading.find_services("hotel ville")[0]] == [mairie.slug]
    after = {row.slug: row.version for row in db.session.scalars(db.select(Service))}
    assert {slug for slug in after if after[slug] != before[slug]} == {mairie.slug}


def test_what_was_changed_here_stays_and_is_told_while_the_source_says_otherwise(
    app: Flask, three: Path
) -> None:
    run(app, "import-directory", three)
    mairie = reading.service("mairie-96042-01")
    save_service(mairie, by=SYSTEM, phone="+33199009999", texts={"fr": {"name": "Mairie de Valbrune"}})
    assert run(app, "import-directory", three)[-1].startswith("0 new, 0 changed, 3 same, 0 kept")
    number = {"Téléphone": "01 99 00 20 20", "Email": "b@orlene.example", "Url": "www.orlene.example"}
    sources.directory(three, office("mairie-96042-01", "Mairie de Valbrune", CoordonnéesNum=number))
    for outcome in ("1 changed, 0 same, 0 kept", "0 changed, 0 same, 1 kept"):
        said = run(app, "import-directory", three)
        assert outcome in said[-1]
        assert "  mairie-96042-01: changé ici, gardé tel quel : téléphone" in said
        mairie = reading.service("mairie-96042-01")
        assert (mairie.phone, mairie.email) == ("+33199009999", "b@orlene.example")


def test_a_service_of_ours_that_bears_the_name_is_not_overwritten(app: Flask, three: Path) -> None:
    make.service("mairie-96042-01")
    said = run(app, "import-directory", three)
    assert said[-1] == "2 new, 0 changed, 0 same, 0 kept, 4 refused"
    assert reading.service("mairie-96042-01").source == "here"


def test_kinds_come_with_names_and_contacts_and_those_edited_here_stay(app: Flask, three: Path) -> None:
    assert "  kinds: 3 new, 0 changed, 0 same, 0 kept, 0 refused" in run(app, "import-directory", three)
    phare = kind("phare")
    assert phare.names == {"fr": "Phare et balises"} and phare.national["url"] == "https://phare.example"
    assert kind("mairie").names["fr"] == "Mairie", "our own names come before the source's"
    assert kind("centre_impots").answered_by == ["sip", "tresorerie"]
    save_kind("phare", by=SYSTEM, version=phare.version, names={"fr": "Phares", "en": "Lighthouses"})
    (three / "ou-s-adresser.json").write_text("[]")
    said = run(app, "import-directory", three)
    assert "  phare: changé ici, gardé tel quel : noms" in said
    assert kind("phare").names["en"] == "Lighthouses"
    assert [event.verb for event in history.of(kind("phare"))] == ["kind.changed"]


@pytest.mark.parametrize(
    ("written", "department", "read"),
    [
        ("01 99 00 10 10", "75", ["+33199001010"]),
        ("+33 (0)1 99 00 10 10", "75", ["+33199001010"]),
        ("0 811 36 96 09", "06", ["+33811369609"]),
        ("02 62 90 12 12", "974", ["+262262901212"]),
        ("+590 27 80 97", "971", ["+590590278097"]),
        ("+269 2 69 61 12 12", "976", ["+262269611212"]),
        ("05 08 41 10 50", "975", ["+508411050"]),
        ("+687 27 12 34", "988", ["+687271234"]),
        ("3646", "", ["3646"]),
        ("17 ou 112 (urgence) ou 01 99 00 21 13", "", ["+33199002113"]),
        ("01 99 00 60 93 01 99 00 56 56", "", ["+33199006093", "+33199005656"]),
        ("048 27 98 20", "", []),
        ("04", "", []),
        ("", "", []),
    ],
)
def test_numbers_are_read_as_they_are_dialled_or_not_at_all(
    written: str, department: str, read: list[str]
) -> None:
    assert read_numbers(written, department) == read


def test_what_cannot_be_read_is_said_and_the_rest_kept() -> None:
    bad = {"Téléphone": "04", "Email": "pas une adresse", "Url": "htttps://x"}
    found = read_office(
        office("mairie-96042-01", at=None, CoordonnéesNum=bad, dateMiseAJour="hier", Adresse={})
    )
    assert (
        found.values["phone"] == found.values["email"] == found.values["url"] == found.values["address"] == ""
    )
    assert found.values["source_date"] is None and len(found.refused) == 4
    for record in (None, [], {}, {"properties": {"id": "a", "Nom": "b", "codeInsee": "?"}}):
        with pytest.raises(Unreadable):
            read_office(record)
