"""The directory is found by slug, kind and place, whatever the accents."""

import pytest
from flask import Flask

from portal.directory import reading
from portal.directory.editing import add_commune
from portal.errors import Missing
from tests import make


def communes() -> None:
    add_commune("96042", "Valbrune", ["96100"])
    add_commune("96017", "Saint-Elvin", ["96110"])
    add_commune("96023", "Courvelle-le-Bois", ["96110"])
    add_commune("96200", "Bois-d’Elvin", ["96130"])
    add_commune("2A004", "Ajaccio", ["20000", "20090"])


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("valbrune", ["96042"]),
        ("VALB", ["96042"]),
        ("St Elvin", ["96017"]),
        ("saint-élvin", ["96017"]),
        ("elvin", ["96200", "96017"]),
        ("bois d'elvin", ["96200"]),
        ("96110", ["96023", "96017"]),
        ("96042", ["96042"]),
        ("2a004", ["2A004"]),
        ("20090", ["2A004"]),
        ("99999", []),
        ("100%", []),
        ("", []),
    ],
)
def test_a_commune_is_found_by_name_postcode_or_code(app: Flask, typed: str, codes: list[str]) -> None:
    communes()
    assert [commune.code for commune in reading.find_communes(typed)] == codes


def test_one_commune_is_named_only_without_doubt(app: Flask) -> None:
    communes()
    named = {typed: reading.commune_of(typed) for typed in ("Valbrune", "96100", "96110", "96017", "elvin")}
    assert {typed: found and found.code for typed, found in named.items()} == {
        "Valbrune": "96042",
        "96100": "96042",
        "96110": None,
        "96017": "96017",
        "elvin": None,
    }


def test_a_service_is_found_by_slug_or_id_and_read_in_a_language(app: Flask) -> None:
    made = make.service("caf")
    del made.texts["ar"]
    assert reading.service("caf") is reading.service(made.id)
    assert reading.text_in(made, "ar").name == "CAF"
    with pytest.raises(Missing):
        reading.service("nulle-part")
    with pytest.raises(Missing):
        reading.organization("nulle-part")


def test_services_of_a_kind_are_active_and_the_hosts_come_first(app: Flask) -> None:
    make.service("a", kind="mairie")
    make.service("b", kind="mairie", of=make.organization())
    make.service("c", kind="mairie", active=False)
    assert [one.slug for one in reading.nearest_first(reading.services_among([], ["mairie"]))] == ["b", "a"]
    assert [service.slug for service in reading.active_services()] == ["a", "b"]


def test_the_host_is_the_organization_whose_pages_these_are(app: Flask) -> None:
    assert reading.host() is None
    make.organization("departement")
    host = make.organization()
    assert reading.host() is host
